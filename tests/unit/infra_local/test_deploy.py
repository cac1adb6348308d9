"""What makes a deployment a new one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.entries import WORKERS
from infra.entry import Consumes
from infra.local.deploy import fingerprint, function_environment
from infra.local.outputs import read_outputs
from infra.local.stack_error import StackError
from infra.local.stack_file import Listener, Stack, read_stack, write_stack

OUTPUTS = {
    "api": {"ApiId": "abc"},
    "data": {
        "TableName": "t",
        "MailBucket": "m",
        "DataBucket": "d",
        "MailTopic": "arn:topic",
        **{
            f"{name}Queue": f"http://q/{name}"
            for name in (
                entry.trigger.queue.removesuffix("-queue").title().replace("-", "")
                for entry in WORKERS
                if isinstance(entry.trigger, Consumes)
            )
        },
    },
    "mail": {"ReportDomain": "reports.test"},
    "people": {
        "UserPool": "us-east-1_pool",
        "UserPoolClient": "client",
        "SignInUrl": "http://aws",
        "LetterSender": "postseal@letters.reports.test",
    },
}


def tree(root: Path) -> Path:
    for name in (
        "functions/api/a.py",
        "shared/b.py",
        "infra/c.py",
        "infra/local/d.py",
        "uv.lock",
        "README.md",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.mark.parametrize(
    "name", ["functions/api/a.py", "shared/b.py", "infra/c.py", "uv.lock", "shared/new.py"]
)
def test_changed_source_is_a_new_deployment(tmp_path: Path, name: str) -> None:
    before = fingerprint(tree(tmp_path), {})
    (tmp_path / name).write_text("changed")
    assert fingerprint(tmp_path, {}) != before


@pytest.mark.parametrize("name", ["README.md", "infra/local/d.py", "shared/__pycache__/b.pyc"])
def test_what_is_not_deployed_does_not_count(tmp_path: Path, name: str) -> None:
    before = fingerprint(tree(tmp_path), {})
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("changed")
    assert fingerprint(tmp_path, {}) == before


def test_changed_variables_are_a_new_deployment(tmp_path: Path) -> None:
    assert fingerprint(tree(tmp_path), {"A": "1"}) != fingerprint(tmp_path, {"A": "2"})


def test_functions_learn_of_an_endpoint_only_when_a_proxy_stands_between() -> None:
    listening = ("127.0.0.1:5300", "127.0.0.1:8443")
    plain = function_environment(*listening, {})
    assert "AWS_ENDPOINT_URL" not in plain
    proxied = function_environment(*listening, {"POSTSEAL_FUNCTION_ENDPOINT": "http://127.0.0.1:1"})
    assert proxied == {**plain, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_functions_see_the_names_and_the_web_of_the_local_stack() -> None:
    variables = function_environment("127.0.0.1:5300", "127.0.0.1:8443", {})
    assert variables["POSTSEAL_DNS_SERVERS"] == "127.0.0.1:5300"
    assert variables["POSTSEAL_FETCH_GATEWAY"] == "127.0.0.1:8443"
    assert Path(variables["POSTSEAL_FETCH_AUTHORITY"]).name == "root.pem"


def test_outputs_are_read_across_stacks(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(OUTPUTS))
    outputs = read_outputs(file)
    assert (outputs.api_id, outputs.table, outputs.queues["purge"]) == ("abc", "t", "http://q/Purge")


def test_missing_output_is_named(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({key: value for key, value in OUTPUTS.items() if key != "mail"}))
    with pytest.raises(StackError, match="no output ReportDomain"):
        read_outputs(file)


def test_stack_file_is_read_back_and_only_for_its_owner(tmp_path: Path) -> None:
    stack = Stack(
        api_url="http://api",
        api_key="secret",
        account_id="usr_1",
        aws_endpoint="http://aws",
        smtp=Listener("127.0.0.1", 2525),
        dns=Listener("127.0.0.1", 5300),
        edge=Listener("127.0.0.1", 8443),
        edge_authority="root.pem",
        report_domain="reports.test",
        mail_bucket="m",
        table="t",
        data_bucket="d",
        mail_topic="arn:topic",
        user_pool="us-east-1_pool",
        user_pool_client="client",
        sign_in_url="http://aws",
        letter_sender="postseal@letters.reports.test",
        queues={"mail": "http://q/mail"},
        verdict_header="X-V",
    )
    file = tmp_path / "stack.json"
    write_stack(file, stack)
    assert read_stack(file) == stack
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"smtp": 1}'])
def test_what_is_no_stack_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)
    assert read_stack(tmp_path / "stack.json") is None
