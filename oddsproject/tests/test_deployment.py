"""The files of a deployment fit each other and the project: no engine is needed to see that."""

import fnmatch
import json
import re
import shlex
import subprocess
import sys

import pytest
import yaml
from django.core.management import get_commands

from oddsproject.settings import BASE_DIR, env

COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("migrate", "collector", "web")
EXAMPLE = (BASE_DIR / ".env.example").read_text(encoding="utf-8")
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
INSTRUCTIONS = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if re.match(r"\s*[A-Z]+ ", line)]
HEALTH = json.loads(next(rest for word, rest in INSTRUCTIONS if word == "HEALTHCHECK").partition(" CMD ")[2])

KNOWN = {
    "build", "cap_add", "cap_drop", "command", "depends_on", "env_file", "environment", "healthcheck", "image", "init",
    "mem_limit", "pids_limit", "ports", "read_only", "restart", "security_opt", "shm_size", "stop_grace_period",
    "tmpfs", "volumes",
}  # fmt: skip
KNOWN_OF_HEALTH = {"test", "interval", "timeout", "retries", "start_period", "disable"}


def test_compose_has_only_keys_that_compose_knows():
    assert set(COMPOSE) == {"x-app", "services", "volumes"}
    assert set(SERVICES) == {"postgres", *OURS}
    for service in SERVICES.values():
        assert set(service) <= KNOWN
        assert set(service.get("healthcheck", {})) <= KNOWN_OF_HEALTH


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["pids_limit"] > 0
    assert service["stop_grace_period"] == "15s"
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert "privileged" not in service
    assert bool(service.get("healthcheck", {}).get("disable")) == (name == "migrate")


def test_only_the_site_is_published_and_only_to_this_machine():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }


def test_what_is_kept_lies_in_volumes_that_are_declared():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])
    for name in OURS:
        assert SERVICES[name]["volumes"] == [f"var:{SERVICES[name]['environment']['VAR_DIR']}"]


def test_nothing_starts_before_the_tables_are_there():
    ready = {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["depends_on"] == ready
    for name in ("collector", "web"):
        assert SERVICES[name]["depends_on"] == {**ready, "migrate": {"condition": "service_completed_successfully"}}


def test_every_variable_of_compose_is_explained_or_set():
    text = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    explained = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))
    used = set(re.findall(r"\$\{?([A-Z_]+)", text))
    assert used == {"POSTGRES_PASSWORD"}
    assert used <= explained
    assert all(f"${{{name}:?" in text for name in used), "compose must refuse to start without a password"
    for name in OURS:
        assert set(SERVICES[name]["environment"]) <= {*env.scheme, "PORT"}


def test_no_password_stands_in_the_files():
    for service in SERVICES.values():
        for variable, value in service["environment"].items():
            if "PASSWORD" in variable or "URL" in variable:
                assert "${POSTGRES_PASSWORD" in value


def commands() -> list[list[str]]:
    lines = [SERVICES[name]["command"] for name in OURS] + [HEALTH]
    lines += [
        service["healthcheck"]["test"][1:] for service in SERVICES.values() if "test" in service.get("healthcheck", {})
    ]
    lines += [json.loads(rest) for word, rest in INSTRUCTIONS if word == "CMD"]
    doc = (BASE_DIR / "docs" / "deployment.md").read_text(encoding="utf-8")
    lines += [shlex.split(line) for line in re.findall(r"manage\.py [a-z_]+", doc)]
    return lines


def test_every_command_that_is_named_exists():
    named = {line[line.index("manage.py") + 1] for line in commands() if "manage.py" in line}
    assert {"migrate", "run_scheduler", "run", "show_config", "check"} <= named
    assert named <= set(get_commands())


def test_gunicorn_takes_its_options():
    line = SERVICES["web"]["command"]
    assert line[0] == "gunicorn"
    done = subprocess.run([sys.executable, "-m", *line, "--check-config"], cwd=BASE_DIR, check=False)
    assert done.returncode == 0


def test_what_is_copied_exists_and_is_not_left_out():
    ignored = [line for line in (BASE_DIR / ".dockerignore").read_text().splitlines() if line and line[0] not in "#!"]
    for word, rest in INSTRUCTIONS:
        if word == "COPY" and "--from" not in rest:
            source = rest.split()[0]
            assert (BASE_DIR / source).exists()
            assert source not in ignored
    for needed in ("manage.py", "requirements.txt", "oddsproject", "events", "odds", "quality", "collectors",
                   "backtesting", "templates", ".env.example"):  # fmt: skip
        assert (BASE_DIR / needed).exists()
        assert not any(fnmatch.fnmatch(needed, pattern) for pattern in ignored if needed != ".env.example")


def test_the_image_holds_no_secrets_data_or_history():
    ignored = (BASE_DIR / ".dockerignore").read_text().splitlines()
    assert {".env", ".env.*", "!.env.example", "var", ".git", ".venv"} <= set(ignored)
    assert not re.search(r"^\s*(ARG|ENV).*(KEY|PASSWORD|SECRET)", DOCKERFILE, flags=re.MULTILINE)


def test_the_image_runs_as_nobody_in_particular_and_cannot_install():
    words = [word for word, _ in INSTRUCTIONS]
    assert words.count("FROM") == 2
    user = max(at for at, word in enumerate(words) if word == "USER")
    assert INSTRUCTIONS[user] == ["USER", "odds"]
    assert "COPY" not in words[user:]
    assert "RUN" not in words[user:]
    assert "--uid 10001" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert "pip uninstall --yes setuptools wheel pip" in DOCKERFILE
    assert "VOLUME" not in words, "Railway refuses such a file; compose names its volume itself"


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_the_site_says(status, code, tmp_path):
    script = f"""
from http.server import BaseHTTPRequestHandler, HTTPServer
class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status} if self.path == "/health/" else 404)
        self.end_headers()
server = HTTPServer(("127.0.0.1", 0), Site)
print(server.server_port, flush=True)
server.handle_request()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as site:
        port = site.stdout.readline().strip()
        done = subprocess.run([sys.executable, *HEALTH[1:]], env={"PORT": port}, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == code
