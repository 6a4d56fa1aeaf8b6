"""How a recorder survives a failure: each strategy's families of rules, by its name (REC-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from hamodel import Rule
from hamodel.errors import InputError, among
from hamodel.guide.deployment import Deployment
from hamodel.guide.parts import Parts
from hamodel.guide.procedures import recorder_failover, t_lib

Family = Callable[[Parts], Iterable[Rule]]
Strategy = tuple[Family, ...]
"""Families of rules; each yields rules for the recorders whose group names the strategy."""

STRATEGIES: Mapping[str, Strategy] = {
    "signaling-backup": recorder_failover.SIGNALING_BACKUP,
    "media-backup": recorder_failover.MEDIA_BACKUP,
    "stop-start": t_lib.STOP_START,
}


def added_strategies(
    deployment: Deployment, loaded: Mapping[str, Mapping[str, Family]]
) -> Iterator[Family]:
    """
    Yield the families of rules of the strategies of a user's: `acme:snapshot_takeover`.

    Parameters
    ----------
    deployment
        Whose recorder groups name strategies.
    loaded
        By the name of each file that is loaded, its functions by name.

    Raises
    ------
    InputError
        HA088 for a strategy whose file is not loaded, or has no such function.
    """
    named = {
        strategy: group.name for group in deployment.recorder_group for strategy in group.strategies
    }
    for strategy, group in named.items():
        if ":" not in strategy:
            continue
        file, _, function = strategy.partition(":")
        if file not in loaded:
            raise InputError(
                "HA088",
                f"recorder group {group} has the strategy {strategy!r}, whose code is not loaded: "
                f"a deployment never has code loaded; name its file: --rules {file}.py",
            )
        if function not in loaded[file]:
            has = among(loaded[file]) or "no function"
            raise InputError(
                "HA088",
                f"recorder group {group} has the strategy {strategy!r}, and {file}.py has {has}; "
                f"define {function}(parts) there, or name one that it has",
            )
        yield loaded[file][function]
