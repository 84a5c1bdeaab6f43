"""The whole platform on this machine: `python -m local run` until Ctrl-C, or `python -m local once` to check it.

`python -m local replay TRACK.gpx --zone NAME,LAT,LON,RADIUS_M` shows what a recorded track brings about.
"""

import argparse

from local import replay


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    run = commands.add_parser("run", help="start everything and show where the children are")
    run.add_argument("--fresh", action="store_true", help="forget what earlier runs stored")
    commands.add_parser("once", help="play a compressed morning and check what its guardian is shown and told")
    track = commands.add_parser("replay", help="feed a GPX track through judge and zones")
    replay.add_arguments(track)
    chosen = parser.parse_args()
    if chosen.command == "replay":
        return replay.main(track, chosen)

    from local import terminal  # noqa: PLC0415 - AWS, CDK and the emulator take seconds to import

    if chosen.command == "once":
        return terminal.main(terminal.check_once)
    return terminal.main(lambda: terminal.run_until_interrupted(fresh=chosen.fresh))


if __name__ == "__main__":
    main()
