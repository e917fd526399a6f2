"""The command line as a script uses it: real processes, a real worker, exit codes."""

import asyncio
import json
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from schemas import Topics
from tests.integration.scripted_worker import create_topics
from workers.cache.policy.parameters import load_parameters
from workers.cli.exit_codes import ExitCode
from workers.cli.http import is_ok
from workers.demo.worker_process import Deployment, WorkerProcess, running
from workers.embedding_model import ModelFiles
from workers.settings import ENV_PREFIX
from workers.stack import Stack
from workers.stack.ports import LOOPBACK, free_ports

QUESTION = "How long does the battery of the Aurora 15 last?"
DEADLINE_SECONDS = 60
CONTRASTS = Path(__file__).parents[2] / "benchmarks" / "hit_quality" / "contrasts.jsonl"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The one line on standard output."""
        (line,) = self.out.splitlines()
        value: dict[str, object] = json.loads(line)
        return value


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs `semantic-cache …` against one deployment."""

    bootstrap_servers: str
    topic_prefix: str
    worker: WorkerProcess | None = None
    redis: dict[str, str] = field(default_factory=dict)
    """Settings for commands that ask Redis themselves."""

    async def run(self, *arguments: str, stdin: str = "") -> Ran:
        """To its end."""
        process = await self.start(*arguments)
        out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    async def start(self, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
        """With these settings in the environment."""
        kafka = {"KAFKA__BOOTSTRAP_SERVERS": self.bootstrap_servers, "KAFKA__TOPIC_PREFIX": self.topic_prefix}
        variables = [f"{ENV_PREFIX}{name}={value}" for name, value in {**kafka, **settings}.items()]
        return await asyncio.create_subprocess_exec(
            *("env", *variables, sys.executable, "-m", "workers.cli", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shell(stack: Stack, model_files: ModelFiles) -> AsyncIterator[Shell]:
    """With one worker, for all tests of this file; each has a namespace of its own."""
    assert model_files.path.is_dir()
    name = f"test-{uuid.uuid4().hex[:12]}"
    deployment = Deployment(stack.kafka_bootstrap_servers, stack.redis_url, topic_prefix=name, key_prefix=name)
    async with running(deployment, ["worker-1"]) as (worker,):
        redis = {"REDIS__URL": stack.redis_url, "REDIS__KEY_PREFIX": name}
        yield Shell(stack.kafka_bootstrap_servers, name, worker, redis)


pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_miss_a_store_and_a_hit(shell: Shell, unique_namespace: str) -> None:
    here = ("--namespace", unique_namespace)
    missed = await shell.run("lookup", QUESTION, *here, "--json")
    assert (missed.code, missed.json["status"], missed.json["leader"]) == (ExitCode.MISS, "miss", True)

    fence = str(missed.json["fence"])
    stored = await shell.run("store", QUESTION, "-", *here, "--fence", fence, "-t", "product:a", stdin="18 hours.")
    assert stored.code == ExitCode.OK
    assert stored.err.startswith("stored · ")

    hit = await shell.run("lookup", QUESTION, *here)
    assert (hit.code, hit.out) == (ExitCode.OK, "18 hours.\n")
    assert "exact" in hit.err

    again = await shell.run("store", QUESTION, "19 hours.", *here, "--json")
    assert (again.code, again.json["status"]) == (ExitCode.OK, "replaced")


async def test_contexts_are_kept_apart(shell: Shell, unique_namespace: str) -> None:
    here = ("--namespace", unique_namespace)
    await shell.run("store", QUESTION, "18 hours.", *here, "-c", "user_persona=customer")
    assert (await shell.run("lookup", QUESTION, *here)).code == ExitCode.MISS
    assert (await shell.run("lookup", QUESTION, *here, "-c", "user_persona=agent")).code == ExitCode.MISS
    assert (await shell.run("lookup", QUESTION, *here, "-c", "user_persona=customer")).code == ExitCode.OK


async def test_explains_what_came_near(shell: Shell, unique_namespace: str) -> None:
    here = ("--namespace", unique_namespace)
    await shell.run("store", QUESTION, "18 hours.", *here)
    asked = await shell.run("lookup", "How long does the battery of the Aurora 13 last?", *here, "--explain")
    assert "Candidates" in asked.err
    assert "0.9" in asked.err


async def test_an_answer_that_was_overtaken_is_refused(shell: Shell, unique_namespace: str) -> None:
    here = ("--namespace", unique_namespace)
    fence = str((await shell.run("lookup", QUESTION, *here, "--json")).json["fence"])
    assert (await shell.run("invalidate", "-t", "product:a", *here)).code == ExitCode.OK
    late = await shell.run("store", QUESTION, "18 hours.", *here, "-t", "product:a", "--fence", fence)
    assert late.code == ExitCode.REFUSED
    assert late.err.startswith("refused · stale")


async def test_invalidates_what_it_counted(shell: Shell, unique_namespace: str) -> None:
    here = ("--namespace", unique_namespace)
    for number in range(3):
        await shell.run("store", f"{QUESTION} {number}", "18 hours.", *here, "-t", "product:a", "-t", f"n:{number}")
    both = ("-t", "product:a", "-t", "n:1", "--all-of")
    assert (await shell.run("invalidate", *both, *here, "--dry-run")).err == "would remove 1\n"
    assert (await shell.run("invalidate", *both, *here, "--json")).json["removed"] == 1
    done = (await shell.run("invalidate", "-t", "product:a", *here, "--json")).json
    assert done["removed"] == 2
    asked = await shell.run("lookup", f"{QUESTION} 0", *here, "--after", str(done["token"]))
    assert asked.code == ExitCode.MISS


async def test_a_product_change_removes_its_answers(shell: Shell, unique_namespace: str) -> None:
    here = ("--namespace", unique_namespace)
    await shell.run("store", QUESTION, "18 hours.", *here, "-t", "product:aurora-15")
    await shell.run("store", "How do I pay?", "By card.", *here, "-t", "policy:payment")
    event = await shell.run("product-change", "aurora-15", "price_changed", "-a", "price=1199", *here, "--json")
    assert (event.code, event.json["attributes"]) == (ExitCode.OK, {"price": 1199})
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await shell.run("lookup", QUESTION, *here)).code != ExitCode.MISS:  # noqa: ASYNC110 - it has no reply
            await asyncio.sleep(0)
    assert (await shell.run("lookup", "How do I pay?", *here)).code == ExitCode.OK


async def test_a_worker_that_says_no_is_a_failure(shell: Shell) -> None:
    refused = await shell.run("lookup", QUESTION, "-c", "shoe_size=43")
    assert refused.code == ExitCode.FAILED
    assert "invalid_request" in refused.err
    assert "shoe_size" in refused.err


async def test_a_wrong_pairing_is_not_served_again_and_becomes_a_pair_to_calibrate_on(
    shell: Shell, unique_namespace: str, tmp_path: Path
) -> None:
    here, asked = ("--namespace", unique_namespace), "What is the battery life of the Aurora 15?"
    await shell.run("store", QUESTION, "18 hours.", *here)
    hit = (await shell.run("lookup", asked, *here, "--json")).json
    assert (hit["status"], hit["match"]) == ("hit", "semantic")
    said = await shell.run("feedback", "send", "wrong", asked, str(hit["entry_id"]), *here)
    assert said.code == ExitCode.OK
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await shell.run("lookup", asked, *here)).code != ExitCode.MISS:  # noqa: ASYNC110 - it has no reply
            await asyncio.sleep(0)
    process = await shell.start("feedback", "export", *here, **shell.redis)
    out, err = await process.communicate()
    assert json.loads(out) == {"question": asked, "cached": QUESTION, "same": False}
    assert b"1 of 1 verdicts" in err

    pairs = tmp_path / "pairs.jsonl"
    pairs.write_bytes(out + b'{"question": "How can I pay?", "cached": "How do I pay?", "same": true}\n')
    few = await shell.run("calibrate", str(pairs), "--out", str(tmp_path / "policy.json"))
    assert few.code == ExitCode.FAILED
    assert "Give more pairs" in few.err


async def test_calibrates_on_labelled_pairs(shell: Shell, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    done = await shell.run("calibrate", str(CONTRASTS), "--target-precision", "0.9", "--out", str(policy), "--json")
    assert done.code == ExitCode.OK, done.err
    assert done.json["precision"] >= 0.9  # type: ignore[operator]
    assert load_parameters(policy).version == done.json["version"]


async def test_says_that_no_worker_answers(shell: Shell, unique_topic_prefix: str) -> None:
    await create_topics(shell.bootstrap_servers, Topics(unique_topic_prefix))
    alone = Shell(shell.bootstrap_servers, unique_topic_prefix)
    asked = await alone.run("lookup", QUESTION, "--timeout", "0.3")
    assert asked.code == ExitCode.UNAVAILABLE
    assert f"no worker answered on {unique_topic_prefix}.lookup.requests" in asked.err


async def test_imports_a_file_and_goes_on_after_bad_lines(shell: Shell, unique_namespace: str, tmp_path: Path) -> None:
    good = [{"prompt": f"question {n}", "response": f"answer {n}", "tags": [f"n:{n}"]} for n in range(300)]
    lines = [json.dumps(line) for line in good]
    lines[100:100] = ["no JSON", "", '{"prompt": "no response"}', '{"prompt": "a", "response": "b", "tagz": []}']
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(lines))
    done = await shell.run("import", str(file), "--namespace", unique_namespace, "--json", "--in-flight", "20")
    assert done.code == ExitCode.FAILED
    counts = {name: done.json[name] for name in ("lines", "stored", "replaced", "refused", "failed")}
    assert counts == {"lines": 303, "stored": 300, "replaced": 0, "refused": 0, "failed": 3}
    assert [line.partition(":")[0] for line in done.err.splitlines()] == ["line 101", "line 103", "line 104"]
    found = await shell.run("lookup", "question 299", "--namespace", unique_namespace)
    assert found.out == "answer 299\n"


async def test_imports_standard_input(shell: Shell, unique_namespace: str) -> None:
    lines = "".join(f'{{"prompt": "q {n}", "response": "a {n}"}}\n' for n in range(50))
    done = await shell.run("import", "-", "--namespace", unique_namespace, stdin=lines)
    assert (done.code, done.out) == (ExitCode.OK, "")
    assert done.err.startswith("50 of 50 answers are in the cache")


async def test_shows_what_a_worker_has_counted(shell: Shell) -> None:
    assert shell.worker is not None
    shown = await shell.run("stats", "--url", shell.worker.url)
    assert shown.code == ExitCode.OK
    assert "L1 (memory)" in shown.out
    found = (await shell.run("stats", "--url", shell.worker.url, "--json")).json
    assert found == await shell.worker.stats()
    assert {"total_queries", "hit_rate_percentage", "l1_cache", "l2_cache"} <= found.keys()


async def test_creates_the_topics_that_are_missing(shell: Shell, unique_topic_prefix: str) -> None:
    fresh = Shell(shell.bootstrap_servers, unique_topic_prefix)
    first, second = await fresh.run("topics", "create"), await fresh.run("topics", "create")
    assert (first.code, second.code) == (ExitCode.OK, ExitCode.OK)
    assert f"{unique_topic_prefix}.coherence" in first.err
    assert second.err == "all topics are there\n"


async def test_a_wrong_setting_stops_a_worker_with_a_sentence(shell: Shell) -> None:
    worker = await shell.start("worker", L1__MAX_SIZE="0")
    _, err = await worker.communicate()
    assert worker.returncode == ExitCode.USAGE
    assert b"SEMANTIC_CACHE_L1__MAX_SIZE" in err


async def test_sigterm_ends_a_worker_well(shell: Shell, redis_url: str, unique_topic_prefix: str) -> None:
    (port,) = free_ports(1)
    settings = {"REDIS__URL": redis_url, "REDIS__KEY_PREFIX": unique_topic_prefix[:32], "HTTP__PORT": str(port)}
    worker = await Shell(shell.bootstrap_servers, unique_topic_prefix).start("worker", **settings)
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await is_ok(f"http://{LOOPBACK}:{port}/health/ready"):  # noqa: ASYNC110 - as a probe does
            await asyncio.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    await worker.communicate()
    assert worker.returncode == ExitCode.OK
