"""The first word of a frame's content (its TYPE) and what it entails: one table for framing, decoding and answering."""

from dataclasses import dataclass
from typing import Final

ECHO: Final = b""
"""An answer that repeats the word as it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one TYPE means.

    `answer` is the content of the acknowledgement, ECHO for the word itself, None where there is none or where it
    needs state. `durable_first`: acknowledge only once the frame can no longer be lost. `needs_flush`: hand it on
    without waiting for a batch. `free_text`: the arguments may hold raw brackets, so a `]` alone does not end them.
    `media`: large, with escaped bytes.
    """

    kind: str
    answer: bytes | None = None
    durable_first: bool = False
    needs_flush: bool = False
    free_text: bool = False
    media: bool = False


LOCATION_KIND: Final = "location"
UNKNOWN: Final = Word(kind="unknown", free_text=True)
COMMAND_REPLY_KIND: Final = "command_reply"
COMMAND_REPLY: Final = Word(kind=COMMAND_REPLY_KIND)
_COMMAND_REPLY_WITH_TEXT: Final = Word(kind=COMMAND_REPLY_KIND, free_text=True)
_WIFI_SCAN: Final = Word(kind="wifi_scan", free_text=True)

_LOCATION: Final = Word(kind=LOCATION_KIND, free_text=True)
_ALARM: Final = Word(kind=LOCATION_KIND, answer=ECHO, durable_first=True, needs_flush=True, free_text=True)
_HEALTH: Final = Word(kind="health", answer=ECHO)
_KEEP_ALIVE: Final = Word(kind="keep_alive", answer=ECHO)
_VOICE_REQUEST: Final = Word(kind="voice_request", answer=ECHO)
_SETTING_REQUEST: Final = Word(kind="setting_request")
_VIDEO_CALL: Final = Word(kind="video_call")
_VENDOR_REPORT: Final = Word(kind="vendor_report", free_text=True)

_NETWORKS: Final = ("", "_LTE", "_WCDMA", "_TDSCDMA", "_CDMA")


def on_every_network(*names: str) -> list[str]:
    """Return the words with each network's ending. Not every pair was seen, but no alarm must go unread for that."""
    return [name + network for name in names for network in _NETWORKS]


_UPLINK: Final[dict[str, Word]] = {
    "LK": Word(kind="heartbeat", answer=ECHO),
    **dict.fromkeys((*on_every_network("UD", "UD2", "UD3"), "RAD", "RG"), _LOCATION),
    # E5 and T answer `AL` to AL_LTE; A-D and most others repeat the word, which the watch looks for.
    **dict.fromkeys((*on_every_network("AL"), "ALCUSTOMER1"), _ALARM),
    # WT asks for the weather, PP who bumped into whom: both answers need state.
    **dict.fromkeys(("WT", "PP"), _LOCATION),
    **dict.fromkeys(("WT2", "WT_FUTR"), Word(kind="weather_request", free_text=True)),
    **dict.fromkeys(("HEART", "HR", "PULSE", "BPHRT", "BLOOD", "BP", "BTEMP2", "TEMP"), _HEALTH),
    "SHBR": Word(kind="vendor_report", answer=ECHO),
    "OXYGEN": Word(kind="health", answer=b"oxygen,1"),
    **dict.fromkeys(("PING", "KA", "WG"), _KEEP_ALIVE),
    "INIT": Word(kind="keep_alive", answer=b"INIT,1"),
    "TIME": Word(kind="time_request"),
    "LGZONE": Word(kind="time_request"),
    "TK": Word(kind="voice", answer=b"TK,1", durable_first=True, free_text=True, media=True),
    # The answer to TK2 is vendor specific (D, T).
    "TK2": Word(kind="voice", durable_first=True, free_text=True, media=True),
    "JXTK": Word(kind="media_part", answer=b"JXTKR,1", durable_first=True, free_text=True, media=True),
    "VOICE": Word(kind="spoken_command", free_text=True, media=True),
    # A and T answer nothing; D waits for this word, and it does the others no harm.
    "IMG": Word(kind="photo", answer=ECHO, durable_first=True, free_text=True, media=True),
    **dict.fromkeys(("TKQ", "TKQ2"), _VOICE_REQUEST),
    "WDIMGQ": Word(kind="photo_request"),
    "CONFIG": Word(kind="capability_report", answer=b"CONFIG,1"),
    "ICCID": Word(kind="sim_report", answer=ECHO),
    "CCID": Word(kind="sim_report"),
    "RYIMEI": Word(kind="imei_report", answer=b"RYIMEI,1"),
    "DEVPWDCHECKBIND": Word(kind="binding_request"),
    "CALLLOG": Word(kind="call_record", answer=b"calllog,1"),
    "SMS": Word(kind="text_message", answer=ECHO, free_text=True),
    "WIFIINFOUP": Word(kind="wifi_setup", answer=b"WIFIINFOUP,1", free_text=True),
    **dict.fromkeys(("PPQ", "PPR"), Word(kind="friends")),
    **dict.fromkeys(("PHLQ", "SOSQ", "REMINDQ", "SCHEDULEQ"), _SETTING_REQUEST),
    "DLT": Word(kind="unbinding", answer=ECHO),
    **dict.fromkeys(("UPGVUL", "UPVCALLAPP", "UPWATCHHANGUP"), _VIDEO_CALL),
    **dict.fromkeys(("APPANDFNREPORT", "APPCONTACTTEL", "SMSREMINDSTATUSINFO", "FFZDPAYH5"), _VENDOR_REPORT),
    "GS1": Word(kind="cell_report"),
}

_COMMAND_WORDS: Final = (
    "CR", "UPLOAD", "FIND", "RESET", "POWEROFF", "FACTORY", "LZ", "LANG", "ZONE", "TIMECALI", "PROFILE", "PW", "IP",
    "APN", "UPGRADE", "SOS", "SOS1", "SOS2", "SOS3", "CENTER", "SLAVE", "CALL", "PHB", "PHB2", "PHB3", "PHL", "PHBX",
    "PHBX2", "DPHBX", "WHITELIST1", "WHITELIST2", "DEVREFUSEPHONESWITCH", "SOSSMS", "LOWBAT", "REMOVESMS",
    "SILENCETIME", "SILENCETIME2", "REMIND", "SCHEDULE", "TAKEPILLS", "MESSAGE", "FLOWER", "PEDO", "WALKTIME",
    "SLEEPTIME", "REMOVE", "FALLDOWN", "LSSET", "HRTSTART", "HEALTHAUTOSET", "BODYTEMP", "BODYTEMP2", "BTWARNSET",
    "BTTIMESET", "WIFISET", "WIFIDEL", "APPLOCK",
)  # fmt: skip

WORDS: Final[dict[str, Word]] = {
    **dict.fromkeys(_COMMAND_WORDS, COMMAND_REPLY),
    **dict.fromkeys(("TS", "VERNO"), _COMMAND_REPLY_WITH_TEXT),
    **dict.fromkeys(("WIFISEARCH", "WIFICUR"), _WIFI_SCAN),
    **_UPLINK,
}
"""Upper-case TYPE to its meaning. D compares upper-cased; some words are lower case on the wire (`img`, `heart`)."""

WORDS.update({word: WORDS[word.upper()] for word in ("heart", "bphrt", "oxygen", "btemp2", "img", "calllog", "Time")})


def word_of(type_name: str) -> Word:
    """The meaning of a TYPE in any case; UNKNOWN for a foreign one."""
    return WORDS.get(type_name) or WORDS.get(type_name.upper(), UNKNOWN)
