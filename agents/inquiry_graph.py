"""The door to LangGraph for inquiry-level work: three tasks side by side over known verdicts.

The graph reads no paper and keeps no checkpoint: it is over in moments with the local writer, and
what a model answered is remembered, so that nothing is asked again.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents import inquiry_nodes as nodes
from agents.inquiry_nodes import InquiryBench, InquiryState, InquiryTask
from agents.writer import Writer
from claims.answer import InquiryAnswer

Graph = CompiledStateGraph[InquiryState, InquiryBench, InquiryState, InquiryState]

_TASKS = {
    "re-test the premise": nodes.premise,
    "find disagreement": nodes.disagreement,
    "assume another regime": nodes.regime,
}


async def answer(task: InquiryTask, writer: Writer) -> InquiryAnswer:
    """The inquiry answered from what the ledger holds. Raises JudgeError."""
    bench = InquiryBench(task=task, writer=writer)
    state = cast("InquiryState", await _compiled().ainvoke({}, context=bench))
    return nodes.answer_of(state, bench)


def picture() -> str:
    """The graph as a Mermaid flowchart, drawn from the wiring itself."""
    return _compiled().get_graph().draw_mermaid()


def _compiled() -> Graph:
    graph = StateGraph(InquiryState, context_schema=InquiryBench)
    for name, node in _TASKS.items():
        _add(graph, name, node)
    return graph.compile()


def _add(
    graph: StateGraph[InquiryState, InquiryBench],
    name: str,
    node: Callable[[InquiryBench], Awaitable[InquiryState]],
) -> None:
    """Adds a task that waits for no other."""

    async def run(
        state: Any,  # noqa: ANN401 - what the others have added, which no task needs
        runtime: Runtime[InquiryBench],
    ) -> InquiryState:
        del state
        return await node(runtime.context)

    graph.add_node(name, run)
    graph.add_edge(START, name)
    graph.add_edge(name, END)
