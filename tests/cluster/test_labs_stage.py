"""What labs do on the cluster and on the outside PostgreSQL without leaving anything behind."""

from pathlib import Path

import pytest

from course.base import paths
from course.kube import kubectl
from course.provision import outside
from course.tasks import stage, verbs

pytestmark = pytest.mark.cluster
DATABASE = "of-a-test"


def files_with_a_key() -> set[Path]:
    return {path for path in paths.STATE.rglob("*") if path.is_file() and b"client-key-data" in path.read_bytes()}


def config_map(name: str, namespace: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{place}}}\n"


def test_what_names_no_namespace_goes_to_the_labs_own_and_no_key_is_left(namespace: str) -> None:
    other, before = kubectl.TOOLBOX[0], files_with_a_key()
    process = verbs.apply_in(namespace, config_map("here") + config_map(namespace, other))
    assert process.returncode == 0, process.stderr
    kubectl.output("get", "configmap", "here", "-n", namespace)
    kubectl.output("delete", "configmap", namespace, "-n", other)
    assert paths.KUBECONFIG in before and files_with_a_key() == before


def sql(statement: str, database: str = "postgres") -> str:
    return stage.as_postgres("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, database).strip()


def test_a_database_is_dropped_with_its_slots_and_the_fence(outside_world: outside.Addresses) -> None:
    stage.make_database(DATABASE)
    sql("SELECT pg_create_logical_replication_slot('of_a_test', 'pgoutput')", DATABASE)
    sql("ALTER ROLE app NOLOGIN; ALTER ROLE app SET default_transaction_read_only = on")
    stage.drop_database(DATABASE)
    stage.drop_database(DATABASE)
    assert DATABASE not in sql("SELECT datname FROM pg_database").split()
    assert sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'of_a_test'") == "0"
    assert sql("SELECT rolcanlogin, rolconfig IS NULL FROM pg_roles WHERE rolname = 'app'") == "t|t"
