"""What each guard becomes when it is removed: the function that `GUARDS=1` puts in its place.

A guard is named `module:qualname` in a `promise` or `attack` marker. Its neutral form answers what the system would do
without it, so that the marked test fails for the right reason.
"""

import io
import re
import secrets
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any

import jwt
from PIL import Image
from pydantic_core import to_jsonable_python

from adapters.dynamo.moments import Moment
from adapters.jwt_signer import LIFETIME
from adapters.stream.notices import content_of
from core.accounts.model import AccountNotFound, Bearer, IssuedToken, LoginTaken, NotSignedIn, login_name
from core.accounts.ports import Tally
from core.accounts.refresh import Use, first_token
from core.alerts.messages import Mail
from core.alerts.service import weighed_alarm
from core.kernel.ids import AccountId, FamilyId, TopUpId, WatchId, new_id
from core.kernel.page import Page
from core.retention.policy import POLICY
from core.tracking.activity import DayOfActivity
from core.tracking.admission import Intake
from core.tracking.places import gps_fix
from core.vault.model import SealedUnder
from core.watches.model import Binding, Membership, Role
from tests.builders import any_alert, any_command, any_learned_place, any_message, any_setting, any_top_up, any_zone


def returns(value: object) -> Callable[..., Any]:
    """Return a function that gives this value whatever it is asked."""
    return lambda *_args, **_named: value


def first_argument(*arguments: Any, **_named: Any) -> Any:
    """Return the argument untouched (for a method: the one after self)."""
    return arguments[-1] if len(arguments) == 1 else arguments[1]


def _body_of(request: Any) -> Mapping[str, Any]:
    return request.json_body if request.body else {}


_FIRST_MEMBERS: dict[str, Any] = {}
"""Of each watch, who belonged to it when somebody asked first."""


def without_hardening(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let a server speak whatever the library still can."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:eNULL:@SECLEVEL=0")
    return context


def as_of_a_class_that_ends(_data_class: str, watch_id: str, setting: str) -> SealedUnder:
    """Return the place of a setting that lives as a position does."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    key = (watch_id, setting)
    return SealedUnder(data_class=POLICY["position"], subject_id=watch_id, table="settings", key=key, at=at)


def refuses(error: Exception, when: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
    """Return a function that raises this error when its arguments are so, and gives None otherwise."""

    def refuse(*arguments: Any) -> None:
        if when(*arguments):
            raise error

    return refuse


def without_what_is_unknown(*, field: Any, value: Any, loc: tuple[str, ...], existing_errors: list[Any]) -> Any:
    """Validate a body as a library does that passes over what it does not know."""
    validated, errors = field.validate(value=value, loc=loc)
    if unknown := {each["loc"][-1] for each in errors or () if each["type"] == "extra_forbidden"}:
        value = {name: each for name, each in value.items() if name not in unknown}
        validated, errors = field.validate(value=value, loc=loc)
    existing_errors.extend(errors or ())
    return validated


NEUTRAL: dict[str, Callable[..., Any]] = {
    "aws_lambda_powertools.event_handler.middlewares.openapi_validation:_validate_field": without_what_is_unknown,
    "aws_lambda_powertools.event_handler.openapi.compat:ModelField.serialize": lambda _self, value, **_: (
        to_jsonable_python(value)
    ),
    "adapters.dynamo.settings:_place": as_of_a_class_that_ends,
    "core.commands.first_settings:new_sms_password": returns(123_456),
    "adapters.watch.downlink:encoded": returns(b""),
    "adapters.watch.downlink:may_provision": returns(True),
    "core.commands.ledger:Ledger.settings_of": returns([]),
    "core.commands.orders:Orders.admit": returns(None),
    "core.commands.orders:Orders.take": lambda _self, order, now, *_: any_command(order.watch_id, now, kind=order.kind),
    "core.commands.transitions:after": returns(None),
    "core.commands.wishes:Wishes.take_back": lambda _self, watch_id, name, **_: any_setting(
        watch_id, datetime(2026, 11, 22, tzinfo=UTC), name=name, desired={"numbers": []}
    ),
    "core.commands.wishes:Wishes.want": lambda _self, watch_id, name, *_, now, **__: any_setting(
        watch_id, now, name=name, desired=None
    ),
    "core.commands.wishes:guardians": returns(()),
    "lambdas.api.routes.settings:_changed_watch": lambda _call, watch_id, _name: watch_id,
    "lambdas.api.schemas.settings:masked_number": first_argument,
    "core.commands.values:checked_number": first_argument,
    "stacks.hard_coded:secret_violations": returns([]),
    "stacks.hard_coded:secrets_in": returns([]),
    "adapters.jwt_signer:JwtAccessTokens._named": lambda self, _kid: self._keys[0],
    "adapters.jwt_signer:JwtAccessTokens.issue": lambda _self, caller, _now: IssuedToken(
        jwt.encode({"sub": caller.account_id, "email": "marieke@example.nl"}, "k" * 32), LIFETIME
    ),
    "adapters.jwt_signer:JwtAccessTokens.public_keys": lambda self: [self._keys[0].jwk],
    "adapters.jwt_signer:is_access_token": returns(True),
    "adapters.jwt_signer:JwtAccessTokens._signed": lambda _self, token: (
        jwt.get_unverified_header(token),
        jwt.decode(token, options={"verify_signature": False}),
    ),
    "adapters.jwt_signer:holds_at": returns(True),
    "core.accounts.attempts:_account_counter": lambda login, _known_key: f"account:{login}",
    "core.accounts.attempts:exceeds": returns(False),
    "core.accounts.automations:is_automation_of": returns(True),
    "core.accounts.automations:is_token_of": returns(True),
    "core.accounts.links:Links._addressee": lambda _self, link: (link.address or "as it was typed", link.language),
    "core.accounts.links:Links._is_secret": returns(True),
    "core.accounts.links:Links.use_up": returns(None),
    "core.accounts.model:is_fresh": returns(True),
    "core.accounts.password:PasswordDesk.ask_reset": refuses(
        AccountNotFound(), lambda self, email, _address: self.accounts.credentials_of(email) is None
    ),
    "core.accounts.profile:AccountProfiles.ask_new_email": refuses(
        LoginTaken(), lambda self, _account_id, email, _address: self.accounts.credentials_of(email) is not None
    ),
    "core.accounts.register:SelfRegistration.ask": refuses(
        LoginTaken(), lambda self, email, *_: self.registration.accounts.credentials_of(login_name(email)) is not None
    ),
    "core.accounts.sign_out:SignOut.end_all": returns(None),
    "core.accounts.passphrase:is_common": returns(False),
    "core.accounts.passphrase:is_short": returns(False),
    "core.accounts.phones:RingingPhones.remove": returns(None),
    "core.accounts.refresh:Renewal._successor": lambda _self, family_id, _token: first_token(family_id),
    "core.accounts.refresh:Renewal.renew": refuses(NotSignedIn()),
    "core.accounts.refresh:is_in_time": returns(True),
    "core.accounts.refresh:use_of": returns(Use.FIRST),
    "core.accounts.sign_in:Access.caller_of": lambda _self, _token: Bearer(
        AccountId(new_id()), FamilyId(new_id()), datetime.max.replace(tzinfo=UTC)
    ),
    "core.accounts.sign_in:proven_account": returns(None),
    "core.live.audience:Audience.may_see": returns(True),
    "core.live.audience:newest_of_each_account": first_argument,
    "core.live.connections:in_time": returns(True),
    "core.accounts.attempts:next_tally": lambda _tally, now: Tally(1, now),
    "adapters.dynamo.accounts:DynamoTokenFamilies.rotate": returns(True),
    "adapters.dpop:signed_claims": lambda proof: (
        jwt.get_unverified_header(proof)["jwk"],
        {"htm": "POST", "htu": "https://api.example.test/v1/tokens", "iat": 0, "jti": "1"}
        | jwt.decode(proof, options={"verify_signature": False}),
    ),
    "adapters.dynamo.moments:SealedMoments.page": lambda self, watch_id, start, end, *, now, limit, after: Page(
        [each for _, each in islice(self.read(watch_id, now=now, start=start, end=end, after=after), limit)], None
    ),
    "adapters.dynamo.record:checked_expiry": returns(None),
    "adapters.dynamo.record:is_fit": returns(True),
    "adapters.dynamo.record:refuse_unlisted": returns(None),
    "adapters.access_point_names:BindingAccessPointNames.of": lambda _self, _watch_id, access_point: access_point,
    "adapters.dynamo.zones:DynamoZones.put": returns(None),
    "adapters.lookup:HmacLookup.of": lambda _self, _kind, value: value,
    "adapters.outages:is_outage": returns(True),
    "adapters.phone_endpoints:endpoint_in": returns("arn:aws:sns:eu-central-1:000000000000:endpoint/APNS/none"),
    "adapters.sealer:VaultSealer.seal": lambda _self, plaintext, _under: plaintext,
    "adapters.sealer:_cipher": returns(
        SimpleNamespace(encrypt=lambda _nonce, plain, _place: plain, decrypt=lambda _nonce, sealed, _place: sealed)
    ),
    "adapters.sealer:associated_text": returns(b""),
    "core.vault.model:epoch_key_id": returns(None),
    "wire.arguments:require_safe": first_argument,
    "wire.decode:_at": lambda arguments, position: arguments[position],
    "wire.encode:is_listed": returns(True),
    "wire.encode:reads_back": returns(True),
    "wire.escaping:to_hex_text": first_argument,
    "wire.framing:Frame.__repr__": tuple.__repr__,
    "wire.framing:Framer._give_up": returns(-1),
    "wire.framing:Framer._keep": returns(None),
    "wire.framing:_before_glued_frame": lambda _data, _start, end: end,
    "wire.framing:_may_be_waited_for": returns(True),
    "wire.framing:_text": lambda field: field.decode("utf-8"),
    "wire.location:count": returns(0),
    "wire.location:fix_time": returns(datetime.max.replace(tzinfo=UTC)),
    "wire.session:Session._is_bound": returns(False),
    "wire.location:_coordinate": lambda field, *_: float(field),
    "core.kernel.ids:checked_id": first_argument,
    "core.kernel.keys:checked_part": first_argument,
    "core.retention.policy:DataClass.expires_at": lambda _self, at: at,
    "core.retention.policy:is_over": returns(False),
    "adapters.passwords:Argon2PasswordHasher.decoy": returns(
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$WVhWMGFYQmhkR2hsYkdWMQ"
    ),
    "adapters.passwords:Argon2PasswordHasher._peppered": lambda _self, password: password.encode(),
    "adapters.passwords:Argon2PasswordHasher.hash": first_argument,
    "adapters.cursors:SignedCursors._is_ours": returns(True),
    "core.notices.messages:push_payload": lambda notice: {
        "type": "notice",
        "id": notice.notice_id,
        "loc-key": f"{notice.kind} {notice.watch_id} {notice.by}",
        "sound": "default",
        "interruption-level": "active",
    },
    "lambdas.notices.handler:_serve": lambda body, wired: (
        "taken_letters" if wired.letters.mail(content_of(body)) else "letters_of_nobody"
    ),
    "lambdas.api.change_log:field_names": lambda request: tuple(map(str, _body_of(request).values())),
    "lambdas.api.change_log:log_change": lambda app, next_middleware: next_middleware(app),
    "lambdas.api.call:Call._membership": lambda self, watch_id: Membership(
        account_id=self.caller.account_id, watch_id=WatchId(watch_id), role=Role.OWNER, since=self.now
    ),
    "lambdas.api.call:may_change": returns(True),
    "lambdas.api.call:owns": returns(True),
    "lambdas.api.routes.alerts:_alert": returns(any_alert(WatchId(new_id()), datetime(2026, 11, 22, tzinfo=UTC))),
    "lambdas.api.routes.commands:_command": lambda _call, watch_id, _command_id: any_command(
        watch_id, datetime(2026, 11, 22, tzinfo=UTC)
    ),
    "lambdas.api.routes.messages:_message": returns(any_message(WatchId(new_id()), datetime(2026, 11, 22, tzinfo=UTC))),
    "lambdas.api.routes.places:_place": returns(any_learned_place("0" * 32, datetime(2026, 11, 22, tzinfo=UTC))),
    "lambdas.api.routes.zones:_zone": returns(any_zone(WatchId(new_id()))),
    "lambdas.api.paging:_place": returns((datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), None)),
    "lambdas.api.app:protected": first_argument,
    "lambdas.api.openapi:document": returns({"paths": {}}),
    "lambdas.api.problems:answer_to": returns(None),
    "lambdas.api.ranges:clamped": lambda at, *_: at,
    "lambdas.live.handler:token_in": lambda event: max(re.findall(r"[\w.-]+", event["body"]), key=len, default=""),
    "lambdas.api.gate:bearer_token": lambda request: request.headers.get(
        "cookie", request.headers.get("authorization", "")
    ).partition("=")[2],
    "lambdas.api.gate:is_reading_of_watches": returns(True),
    "lambdas.api.routes.sign_in:_family": lambda call, family_id: call.services.families.get(family_id, call.now),
    "lambdas.api.gate:check_body": returns(None),
    "lambdas.api.raw_bodies:check_raw_body": returns(None),
    "lambdas.api.gate:authenticated": lambda _request, _access: Bearer(
        AccountId(new_id()), FamilyId(new_id()), datetime.max.replace(tzinfo=UTC)
    ),
    "core.messages.pictures:Pictures._count": returns(None),
    "core.messages.pictures:Pictures.get": returns(b"any"),
    "core.messages.pictures:Pictures._forget": returns(None),
    "core.notices.messages:hint_payload": lambda hint: {
        "type": "message",
        "id": str(hint.message_id),
        "loc-key": f"{hint.kind} {hint.watch_id}",
        "sound": "default",
        "interruption-level": "active",
    },
    "core.notices.telling:is_never_stored": returns(False),
    "core.messages.inbox:is_possible": returns(True),
    "core.messages.inbox:joined": lambda parts, _last: b"".join(each.content for each in parts),
    "core.messages.amr:checked_voice": lambda audio, _longest: (audio, timedelta(seconds=1)),
    "core.tracking.admission:fingerprint_of": lambda *_: secrets.token_hex(16),
    "core.tracking.ingest:in_order": list,
    "adapters.dynamo.telemetry:moment_of": lambda reading: Moment(reading.at, reading.fingerprint, {}),
    "adapters.watch.uplink:is_kept": returns(True),
    "adapters.sim_provider.http:checked_address": returns(""),
    "adapters.sim_provider.signing:is_signed": returns(True),
    "core.sims.cards:SimCards._settled": first_argument,
    "core.sims.model:masked": first_argument,
    "core.sims.top_ups:is_step": returns(True),
    "core.sims.top_ups:top_up_id_of": lambda *_: TopUpId(new_id()),
    "lambdas.api.openapi:url_fields": returns([]),
    "lambdas.api.schemas.sims:shown_number": first_argument,
    "lambdas.api.schemas.sims:sold": first_argument,
    "core.tracking.activity:steps_between": returns(0),
    "core.tracking.activity:_summary": returns(
        DayOfActivity(
            day=date.min,
            steps=None,
            first_reading_at=None,
            last_reading_at=None,
            lowest_battery_percent=None,
            last_battery_percent=None,
        )
    ),
    "core.tracking.admission:is_proven": returns(True),
    "core.tracking.admission:naming_instant": lambda passage, **_: passage.frame.received_at,
    "core.tracking.admission:raise_alarms_of": returns(Intake(Counter(), frozenset())),
    "core.tracking.admission:raise_noted": returns(None),
    "core.tracking.admission:is_incredible": returns(False),
    "core.tracking.places:Surroundings.locate": lambda _self, _watch_id, report, _at: gps_fix(report),
    "core.tracking.places:is_no_fix": lambda report: report.point is None,
    "core.tracking.ingest:is_impossible": returns(False),
    "core.tracking.ingest:is_replay": returns(False),
    "core.tracking.admission:open_binding": returns(
        Binding(watch_id=WatchId("a" * 26), bound_at=datetime(2020, 1, 1, tzinfo=UTC))
    ),
    "core.alerts.acknowledge:is_answered_with": returns(True),
    "core.alerts.courier:Failures.keep": lambda _self, failure: (_ for _ in ()).throw(failure),
    "core.alerts.courier:_Delivering.send_once": lambda self, account_id, channel: self._send(account_id, channel),
    "core.alerts.courier:Courier._members": lambda self, alert: _FIRST_MEMBERS.setdefault(
        alert.watch_id, self.memberships.of_watch(alert.watch_id)
    ),
    "core.alerts.courier:is_still_called": returns(True),
    "core.alerts.preferences:may_be_muted": returns(True),
    "core.alerts.courier:called_upon": lambda members: [member.account_id for member in members][:1],
    "core.alerts.messages:mail_of": lambda alert: Mail(str(alert.zone_name), f"{alert.kind} {alert.watch_id}"),
    "core.alerts.messages:push_payload": lambda alert: {
        "type": "alert",
        "id": alert.alert_id,
        "loc-key": f"{alert.kind} {alert.zone_name} {alert.watch_id}",
        "sound": "default",
        "interruption-level": "time-sensitive",
    },
    "core.alerts.preferences:is_muted": returns(False),
    "core.alerts.own_alarms:is_late": returns(False),
    "core.alerts.service:AlertService._unseen": lambda self, watch_id, alert_id: (
        self._alerts.get(watch_id, alert_id, self._clock.now()) if alert_id else None
    ),
    "core.alerts.service:AlertService._weighed_call": lambda self, state, alarm: weighed_alarm(
        state, alarm, self._clock.now()
    ),
    "core.alerts.service:AlertService.repeat": returns(None),
    "core.alerts.service:is_open": returns(False),
    "core.alerts.service:is_too_much": returns(False),
    "core.alerts.watchkeeping:has_ended": returns(True),
    "core.alerts.watchkeeping:is_news": returns(True),
    "device_bridge.connection:Connection._pass_on_alarm": returns(None),
    "core.watches.claim:Claim._tell_owner": returns(None),
    "core.watches.claim:is_code": returns(True),
    "core.watches.claim:is_secret": returns(True),
    "core.watches.claim:new_watch_id": returns(WatchId("a" * 26)),
    "core.notices.letters:Letters.mail": returns(True),
    "core.sims.top_ups:TopUpDesk.get": lambda _self, watch_id, _top_up_id, now: any_top_up(
        watch_id, AccountId(new_id()), now
    ),
    "core.watches.family:Family._remove": returns(None),
    "core.watches.family:Family.withdraw": returns(None),
    "core.watches.family:Family._tell": returns(None),
    "core.watches.family:is_secret_of": returns(True),
    "core.zones.engine:is_news": returns(True),
    "core.zones.engine:mark_of": lambda shape: repr((shape.centre, shape.radius_m)),
    "core.zones.engine:may_prove": returns(True),
    "core.zones.engine:time_of": lambda position: position.at,
    "core.zones.engine:within_sight": first_argument,
    "core.zones.geometry:Ring.crosses_itself": returns(False),
    "core.zones.geometry:Ring.signed_distance_m": returns(0.0),
    "core.zones.model:Circle.signed_distance_m": returns(0.0),
    "core.zones.model:_require": returns(None),
    "core.zones.schedule:is_within": returns(True),
    "core.zones.stance:Excursion.is_true": returns(True),
    "core.zones.stance:Stance.settle": returns(None),
    "device_bridge.connection:Connection._refuse": returns(None),
    "device_bridge.proof:comes_from_its_sim": returns(True),
    "device_bridge.proof:is_signed": returns(True),
    "device_bridge.tls:SecureConnection.write": returns(None),
    "device_bridge.tls:hardened": without_hardening,
    "device_bridge.connection:reached_as": lambda identity, _proof: identity.watch_id or identity.name,
    "device_bridge.downlink:Downlink._look_at": returns(None),
    "device_bridge.line:Line._content": returns("anything"),
    "device_bridge.line:Line._may_still": returns(True),
    "device_bridge.line:Line._write": returns(None),
    "device_bridge.line:is_still": returns(True),
    "device_bridge.connection:Connection._signed": lambda _self, events, _key: events,
    "device_bridge.registry:Registry.may_look_up": returns(True),
    "device_bridge.server:Bridge._close_overdue_strangers": returns(None),
    "device_bridge.server:Bridge._make_room": returns(True),
    "device_bridge.server:Bridge.slow_down": returns(None),
    "device_bridge.server:is_known": returns(True),
    "device_bridge.uplink:Uplink._check_pressure": returns(None),
    "device_bridge.uplink:Uplink._reroute_overdue_alarms": returns(None),
    "device_bridge.uplink:Uplink.drained": returns(None),
    # answered at once, durable or not
    "device_bridge.uplink:Uplink.owe": lambda _self, peer, answer, *_, is_alarm: peer.answer(answer),  # noqa: ARG005
    "lambdas.converter.convert:kind_of_picture": lambda picture: Image.open(io.BytesIO(picture)).format,
    "lambdas.converter.convert:kind_of_voice": returns(
        SimpleNamespace(demuxer="mov", demuxers="mov,mp4,m4a,3gp,3g2,mj2", decoder="aac")
    ),
    "lambdas.converter.convert:photo": first_argument,
    "lambdas.converter.convert:require_decoder": returns(None),
    "lambdas.converter.convert:require_few_bytes": returns(None),
    "lambdas.converter.convert:require_few_pixels": returns(None),
    "stacks.encryption:encryption_violations": returns([]),
    "stacks.profiles:bucket_violations": returns([]),
    "stacks.profiles:recovery_violations": returns([]),
    "stacks.profiles:route_violations": returns([]),
    "stacks.residency:residency_violations": returns([]),
    "stacks.stage:is_allowed_region": returns(True),
    "stacks.stage:is_private_network": returns(True),
}
