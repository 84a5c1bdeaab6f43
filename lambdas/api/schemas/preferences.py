"""How a member wants to hear of a watch."""

from typing import Annotated

from pydantic import Field

from core.alerts import preferences
from core.kernel.ids import ZoneId
from core.tracking.alarms import AlarmKind
from core.zones.model import ZONES_PER_WATCH, InvalidZone
from lambdas.api.schemas.shape import Schema
from lambdas.api.schemas.zones import Schedule

_Kinds = Annotated[list[AlarmKind], Field(max_length=len(AlarmKind))]
_ZoneId = Annotated[str, Field(pattern="^[a-z2-7]{26}$")]


class Preference(Schema):
    """One member's, of one watch. An SOS rings whatever stands here; what is muted is stored and shown all the same."""

    not_pushed: _Kinds = Field(
        default=[], description="For which no phone rings: mailed instead, unless they stand below as well; never `sos`"
    )
    not_mailed: _Kinds = Field(default=[], description="For which no mail goes out where no phone rang; never `sos`")
    mail: bool = Field(default=True, strict=True, description="false: no mail at all, but for an SOS")
    muted_zones: list[_ZoneId] = Field(
        default=[], max_length=ZONES_PER_WATCH, description="Ids of zones whose crossings neither ring nor are mailed"
    )
    quiet_hours: Schedule | None = Field(default=None, description="When nothing but an SOS rings or is mailed")

    @classmethod
    def of(cls, preference: preferences.Preference) -> "Preference":
        """Return the preference as the API shows it."""
        return cls(
            not_pushed=sorted(preference.not_pushed),
            not_mailed=sorted(preference.not_mailed),
            mail=preference.mail,
            muted_zones=sorted(preference.muted_zones),
            quiet_hours=None if preference.quiet_hours is None else Schedule.of(preference.quiet_hours),
        )

    def to_domain(self) -> preferences.Preference:
        """Return the preference; raise InvalidPreference."""
        try:
            quiet_hours = None if self.quiet_hours is None else self.quiet_hours.to_domain()
        except InvalidZone as wrong:  # a schedule is a zone's as well
            raise preferences.InvalidPreference(str(wrong)) from None
        return preferences.Preference(
            not_pushed=frozenset(self.not_pushed),
            not_mailed=frozenset(self.not_mailed),
            mail=self.mail,
            muted_zones=frozenset(map(ZoneId, self.muted_zones)),
            quiet_hours=quiet_hours,
        )
