"""Redis as a cache that may be away. It counts and remembers; a report must get through without either."""
import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """While Redis is away nothing is found and nothing kept: throttles let through, Wagtail asks the database.

    What still slows an attacker down then is Argon2id, two at a time, and that is the choice: open before shut.
    """

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return forgive(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return forgive(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(forgive(lambda: super(ForgivingRedisCache, self).add(key, value, *args, **kwargs), True))

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        forgive(lambda: super(ForgivingRedisCache, self).set(key, value, *args, **kwargs), None)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return list(forgive(lambda: super(ForgivingRedisCache, self).set_many(data, *args, **kwargs), []))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError, as for a key that has ended."""
        found = forgive(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), None)
        if found is None:
            raise ValueError("no count")
        return int(found)

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(forgive(lambda: super(ForgivingRedisCache, self).delete(key, version), False))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        forgive(lambda: super(ForgivingRedisCache, self).delete_many(keys, version), None)


def forgive(ask: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return ask()
    except (RedisError, OSError) as error:
        log.warning("cache away: %s", type(error).__name__)
        return otherwise
