"""The door to LangGraph: wires the nodes into a graph, runs it, and resumes it after a kill.

Readings fan out, one branch a paper and then one a finding; every finished branch is in the
checkpoint file before the next begins, so that a killed run repeats only what was in flight.
The graph decides nothing by itself: nodes say what follows, and `claims` what it means.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from agents import nodes
from agents.judge import Judge
from agents.state import RetestState
from agents.task import Bench, Finder, Outcome, Step, Task
from claims.errors import LedgerConflict, LedgerError

__all__ = ["Finder", "Outcome", "Task", "forget", "picture", "retest"]

Graph = CompiledStateGraph[RetestState, Bench, RetestState, RetestState]

_N_STEPS_MAX: Final = 25
"""Far above the seven steps of the longest way through; a loop is a fault of ours."""


async def retest(
    task: Task,
    *,
    judge: Judge,
    find: Finder,
    checkpoints: Path | None,
    thread: str,
    on_step: Callable[[str, str], None] | None = None,
    n_parallel: int = 4,
) -> Outcome:
    """What the papers that `find` proposes say of the claim, each finding judged and verified.

    `thread` names this work by its content. A thread that was cut off in `checkpoints` is taken
    up where it stopped, with the papers found then; a complete one is answered at once without
    a call to the judge. At most `n_parallel` pieces of work run at a time.

    An error of a single paper is a Failure in the outcome. Raises LedgerError when the
    checkpoint file cannot be used, LedgerConflict (retryable) when it is locked.
    """
    bench = Bench(task=task, judge=judge, find=find, on_step=on_step or _in_silence)
    config = RunnableConfig(
        configurable={"thread_id": thread},
        max_concurrency=n_parallel,
        recursion_limit=_N_STEPS_MAX,
    )
    if checkpoints is None:
        state = cast("RetestState", await _compiled(None).ainvoke({}, config, context=bench))
    else:
        async with _saver(checkpoints) as saver:
            state = await _resumed(_compiled(saver), config, bench)
    return nodes.collect(state, bench)


async def forget(checkpoints: Path, threads: Sequence[str]) -> None:
    """Nothing: the threads are gone. To be called after their outcomes are committed.

    Raises LedgerError when the checkpoint file cannot be used.
    """
    async with _saver(checkpoints) as saver:
        for thread in threads:
            await saver.adelete_thread(thread)


def picture() -> str:
    """The graph as a Mermaid flowchart, drawn from the wiring itself."""
    return _compiled(None).get_graph().draw_mermaid()


async def _resumed(graph: Graph, config: RunnableConfig, bench: Bench) -> RetestState:
    snapshot = await graph.aget_state(config)
    if snapshot.values and not snapshot.next:
        return cast("RetestState", snapshot.values)
    # None means "go on from the checkpoint", an empty state "begin".
    begun = None if snapshot.next else RetestState()
    state = await graph.ainvoke(begun, config, context=bench, durability="sync")
    return cast("RetestState", state)


@asynccontextmanager
async def _saver(file: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """An open checkpoint file that holds and revives plain values only."""
    try:
        _make_ready(file)
        async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
            saver.serde = JsonPlusSerializer(allowed_msgpack_modules=None)
            yield saver
    except (sqlite3.Error, OSError) as error:
        if "locked" in str(error):
            raise LedgerConflict(f"{file} is locked by another process") from error
        raise LedgerError(
            f"{file} cannot be used ({error}): delete it, and only unfinished work is repeated"
        ) from error


def _make_ready(file: Path) -> None:
    """Makes a new file one that several can write in turn: the switch to it allows no waiting."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as made:
            made.execute("PRAGMA journal_mode=WAL")


def _compiled(saver: AsyncSqliteSaver | None) -> Graph:
    graph = StateGraph(RetestState, context_schema=Bench)
    _add(graph, "plan", nodes.plan)
    _add(graph, "find", nodes.find, "extract", END)
    _add(graph, "extract", nodes.extract, "compare", END)
    _add(graph, "compare", nodes.compare, "verify", END)
    _add(graph, "verify", nodes.check, "repair", "second look", END)
    _add(graph, "repair", nodes.repair, "second look", END)
    _add(graph, "second look", nodes.look_twice, END)
    graph.add_edge(START, "plan")
    graph.add_edge("plan", "find")
    return graph.compile(checkpointer=saver)


def _add(
    graph: StateGraph[RetestState, Bench],
    name: str,
    node: Callable[[Any, Bench], Awaitable[Step]],
    *destinations: str,
) -> None:
    """Adds `node`, whose step says with what work it goes on to which of `destinations`."""

    async def run(
        state: Any,  # noqa: ANN401 - the state or one piece of work, as the node says
        runtime: Runtime[Bench],
    ) -> Command[str]:
        step = await node(state, runtime.context)
        return Command(update=step.update, goto=[Send(target, work) for target, work in step.then])

    graph.add_node(name, run, destinations=destinations)


def _in_silence(step: str, detail: str) -> None:
    """Where nobody watches."""
