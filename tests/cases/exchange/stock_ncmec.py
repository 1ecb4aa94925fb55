"""Run by tests, in a process and a time zone of its own: the stock NCMEC exchange pointed at our base URL, as a member would.

    python stock_ncmec.py STATE BASE USER PASSWORD [SECONDS]       pull, keep the state, print what it holds as JSON
    python stock_ncmec.py vote BASE USER PASSWORD ENTRY up|down

Environments of the stock class are a closed list of NCMEC's own hosts; it reads `.value` of it and nothing more. SECONDS: so far
in the future this process believes it is.
"""
import json
import pickle
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from threatexchange.exchanges.clients.ncmec import hash_api as api
from threatexchange.exchanges.impl.ncmec_api import NCMECCollabConfig, NCMECSignalExchangeAPI
from threatexchange.signal_type.md5 import VideoMD5Signal
from threatexchange.signal_type.pdq.signal import PdqSignal

SIGNALS = [PdqSignal, VideoMD5Signal]


class Pointed(NCMECSignalExchangeAPI):
    base = ""

    def get_client(self, environment: object) -> api.NCMECHashAPI:
        return api.NCMECHashAPI(self._username, self._password, SimpleNamespace(value=self.base))


def pull(state: Path, base: str, user: str, password: str, ahead: str = "0") -> None:
    real = time.time
    time.time = lambda: real() + int(ahead)
    config = NCMECCollabConfig(name="Mehfooz", environment=api.NCMECEnvironment.test_NGO)
    exchange = Pointed(config, user, password)
    exchange.base = base
    fetched, checkpoint = pickle.loads(state.read_bytes()) if state.exists() else ({}, None)  # noqa: S301  our own file
    for delta in exchange.fetch_iter(SIGNALS, checkpoint):
        for key, value in delta.updates.items():
            merged = exchange.fetch_value_merge(fetched.get(key), value)
            fetched[key] = merged
            if merged is None:
                del fetched[key]
        checkpoint = delta.checkpoint
        state.write_bytes(pickle.dumps((fetched, checkpoint)))
    signals = exchange.naive_convert_to_signal_type(SIGNALS, config, fetched)
    json.dump({"ids": {entry.id: next(iter(entry.fingerprints.values())) for entry in fetched.values()},
               **{kind.get_name(): sorted(values) for kind, values in signals.items()}}, sys.stdout)


def vote(base: str, user: str, password: str, entry: str, way: str) -> None:
    client = api.NCMECHashAPI(user, password, SimpleNamespace(value=base))
    kind = api.FeedbackType.upvote if way == "up" else api.FeedbackType.downvote
    reasons = client.feedback_reasons(api.FingerprintType.pdq)
    client.submit_feedback(1, entry, api.FingerprintType.pdq, kind, next(iter(reasons)))
    json.dump({"status": client.status().esp_name, "members": [member.esp_name for member in client.members()]}, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "vote":
        vote(*sys.argv[2:])
    else:
        pull(Path(sys.argv[1]), *sys.argv[2:])
