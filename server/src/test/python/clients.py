"""Clients that others wrote, against a running service: Cohere's rerank client, and one generated
from the service's own description.

    python3 -m venv .venv && .venv/bin/pip install cohere openapi-python-client
    ./optirag serve --port 8080 &
    .venv/bin/python server/src/test/python/clients.py http://localhost:8080 [TOKEN]
"""

import importlib.metadata
import pathlib
import subprocess
import sys
import tempfile

import cohere


def rerank(base: str, token: str) -> None:
    client = cohere.ClientV2(token, base_url=base)
    answer = client.rerank(model="any", query="42", documents=["50", "181", "A quiet film about bees"], top_n=2)
    scores = [result.relevance_score for result in answer.results]
    assert len(scores) == 2 and scores == sorted(scores, reverse=True), answer
    print("cohere", importlib.metadata.version("cohere"), [(r.index, round(r.relevance_score, 4)) for r in answer.results])
    long = client.rerank(model="any", query="42", documents=["50", "A quiet film about bees " * 80], max_tokens_per_doc=64)
    assert "documents[1]" in long.meta.warnings[0], long.meta
    first = cohere.Client(token, base_url=base).rerank(
        model="any", query="42", documents=[{"title": "Dune", "genres": "Drama"}, {"title": "Heat"}],
        rank_fields=["title", "genres"], return_documents=True)
    assert {result.document.title for result in first.results} == {"Dune", "Heat"}, first


def generated(base: str, token: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [pathlib.Path(sys.executable).with_name("openapi-python-client"), "generate", "--url", base + "/openapi.json",
             "--output-path", f"{scratch}/client", "--meta", "none"],
            check=True, stdout=subprocess.DEVNULL)
        sys.path.insert(0, scratch)
        from client import AuthenticatedClient
        from client.api.default import feedback, items, rank
        from client.models import Interaction, RankRequest

        service = AuthenticatedClient(base_url=base, token=token, raise_on_unexpected_status=True)
        some = [item.id for item in items.sync(client=service).items[:3]]
        answer = rank.sync(client=service, body=RankRequest(user="42", candidates=some))
        event = Interaction.from_dict({"type": "interaction", "id": "from-python", "user": "42", "item": some[0], "liked": True})
        receipt = feedback.sync(client=service, body=event)
        assert {result.id for result in answer.results} == set(some), answer
        assert receipt.applied + receipt.known == 1, receipt
        print("openapi-python-client", importlib.metadata.version("openapi-python-client"),
              [(r.id, round(r.probability, 4)) for r in answer.results], receipt.to_dict())


if __name__ == "__main__":
    url, key = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "no-token"
    rerank(url, key)
    generated(url, key)
