"""
What storm finds of models in the PRISM language: a program of its own, for a Python with stormpy.

It reads from stdin a list of {"text": …, "queries": […]} as JSON, and writes to stdout for each
{"states": …, "values": […]}: whole numbers, null for infinity. It imports nothing of hamodel's, so
that the outside oracle shares nothing with what it judges but the text.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from typing import Any

import stormpy


def solved(text: str, queries: list[str]) -> dict[str, Any]:
    """Return how many states a model has, and what each query is in its initial state."""
    with tempfile.NamedTemporaryFile("w", suffix=".prism", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        program = stormpy.parse_prism_program(file.name)
    options = stormpy.BuilderOptions()
    options.set_build_all_labels()
    options.set_build_all_reward_models()
    # A variable beyond its range is an error, not silence.
    options.set_exploration_checks()
    model = stormpy.build_model(program, options=options)
    values = [_value(model, program, query) for query in queries]
    return {"states": model.nr_states, "values": values}


def _value(model: Any, program: Any, query: str) -> int | None:
    if query.startswith("R") and _nothing(model.reward_models["waiting"]):
        # storm asks for a reward that is not 0 everywhere. All that is left is what is reached.
        if "[ C ]" in query:
            return 0
        return 0 if _value(model, program, f"Pmax=? {query[query.index('[') :]}") else None
    [parsed] = stormpy.parse_properties(query, program)
    found = stormpy.model_checking(model, parsed, only_initial_states=True)
    return _whole(found.get_value(model.initial_states[0]))


def _nothing(reward: Any) -> bool:
    """Return whether a reward model, of choices alone, is 0 everywhere."""
    return not (reward.has_state_action_rewards and any(reward.state_action_rewards))


def _whole(value: float) -> int | None:
    if math.isinf(value):
        return None
    assert abs(value - round(value)) < 1e-6, f"{value} is no whole number"
    return round(value)


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    answers = [solved(each["text"], each["queries"]) for each in asked]
    print(json.dumps({"stormpy": stormpy.__version__, "answers": answers}))
