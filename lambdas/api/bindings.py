"""All that is done with bindings and families, with what begins and ends with them in other capabilities."""

from dataclasses import dataclass
from typing import Self

from core.accounts.notices import Announcer
from core.accounts.ports import Attempts
from core.alerts.ports import DueTimes, Preferences, WatchStates
from core.alerts.unbinding import Forgetting
from core.commands.model import Capabilities
from core.commands.ports import KnownCapabilities
from core.commands.rousing import Rousing
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, WatchId
from core.sims.service import SimService
from core.watches.claim import Claim
from core.watches.family import Family
from core.watches.limits import GuessLimits
from core.watches.model import StockedDevice
from core.watches.ports import ClaimCodes, Devices, Families, Invitations, Memberships
from core.watches.unbinding import Unbinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """How a watch comes to an account, to whom else, and how it goes."""

    claim: Claim
    family: Family
    unbinding: Unbinding

    @classmethod
    def over(
        cls,
        *,
        devices: Devices,
        codes: ClaimCodes,
        memberships: Memberships,
        families: Families,
        invitations: Invitations,
        capabilities: KnownCapabilities,
        preferences: Preferences,
        states: WatchStates,
        due_times: DueTimes,
        sims: SimService,
        rousing: Rousing,
        attempts: Attempts,
        announcer: Announcer,
        clock: Clock,
    ) -> Self:
        """Return the services over these ports."""

        def begin(watch_id: WatchId, device: StockedDevice) -> None:
            capabilities.put(Capabilities(watch_id=watch_id, model=device.model))
            sims.watch_claimed(watch_id, device.sim)
            rousing.rouse(devices.identity(device.device_id).name)  # its connection learns that it is bound

        def forget(watch_id: WatchId, _owner: AccountId) -> None:
            forgetting.forget(watch_id)

        def let_go(watch_id: WatchId, _owner: AccountId) -> None:
            rousing.rouse(watch_id)  # its connection learns that it is bound no more

        def withdraw_invitations(watch_id: WatchId, _owner: AccountId) -> None:
            for invitation in invitations.of_watch(watch_id, clock.now()):
                invitations.remove(watch_id, invitation.invitation_id)

        def withdraw_offer(watch_id: WatchId, _owner: AccountId) -> None:
            families.withdraw_offer(watch_id)

        forgetting = Forgetting(states, due_times, clock)
        limits = GuessLimits(attempts, clock)
        return cls(
            claim=Claim(
                devices=devices,
                codes=codes,
                show=rousing.rouse,
                beginnings=[begin],
                memberships=memberships,
                limits=limits,
                announcer=announcer,
                clock=clock,
            ),
            family=Family(
                families=families,
                invitations=invitations,
                partings=[preferences.remove],
                handovers=[sims.owner_left, withdraw_invitations],
                limits=limits,
                announcer=announcer,
                clock=clock,
            ),
            unbinding=Unbinding(
                devices=devices,
                endings=[forget, withdraw_invitations, withdraw_offer, sims.watch_unbound, let_go],
                partings=[preferences.remove],
                announcer=announcer,
                clock=clock,
            ),
        )
