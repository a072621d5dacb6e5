"""The steps of a switch, each with the check that says whether it is safe to go on.

Two rules carry everything. Never are both sides open to the app. And a switch that was interrupted is run again: each
step first looks whether it was done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from course.base.errors import NotReady
from course.base.waiting import until
from course.kube import coredns, kubectl
from course.lessons.migration import place

OUTSIDE, INSIDE = "outside", "inside"
OTHER = {OUTSIDE: INSIDE, INSIDE: OUTSIDE}
AGAIN = "Find out why, then run the same switch again: what is done already is not done twice."
# The follower connects again by itself, but only once it knows that nobody answers: the system would take minutes.
FOLLOWER = "dbname=migration user=follower password=follower tcp_user_timeout=5000"
Step = tuple[str, Callable[[], object]]
Hook = Callable[[str], object]


def subscription(follower: str) -> str:
    """The name of the subscription, and of its slot on the other side."""
    return f"{follower}_follows_{OTHER[follower]}"


def publisher(side: str) -> str:
    """How the other side reaches this one: never through user-db, which is about to move.

    It comes by TLS, as a role for nothing else. The outside certificate does not hold the server's long name (lesson
    08), so only its CA is checked. The inside one does: `hostaddr` says where to connect, `host` whom to expect.
    """
    if side == OUTSIDE:
        return f"host={place.OUTSIDE_NAME} sslmode=verify-ca sslrootcert=/steps/ca.crt {FOLLOWER}"
    where = f"hostaddr={place.node_address()} port={place.node_port()}"
    return f"{where} host=user-db sslmode=verify-full sslrootcert=/course/tls/ca.crt {FOLLOWER}"


def is_open(side: str) -> bool:
    """Whether the app may connect to this side."""
    return place.psql(side, "-c", "SELECT has_database_privilege('app', 'migration', 'CONNECT')") == "t"


def follow(side: str, connection: str, *, copy: bool) -> None:
    """This side follows the other one, reached by this connection string.

    With `copy` it returns when the first copy is done.
    """
    place.run_sql(side, "follow", name=subscription(side), publisher=connection, copy=str(copy).lower())
    if copy:
        until(lambda: place.run_sql(side, "copied") == "t", seconds=60, what="The first copy of the rows")


def check(*arguments: str, why: str, seconds: float = 60) -> str:
    """A program in the operator's Pod whose failure stops the switch, in its own words."""
    result = place.run_as_operator(*arguments, timeout=seconds + 30)
    if result.returncode:
        silent = "connection to server" in result.stderr
        raise NotReady(
            f"The switch stopped: {_cause(result.stderr)}.", "A server did not answer." if silent else why, AGAIN
        )
    return result.stdout.strip()


def _cause(stderr: str) -> str:
    """PostgreSQL's own error where there is one, else the first line: what follows it is advice."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.partition("ERROR:")[2].strip() for line in lines if "ERROR:" in line]
    return (errors or lines or ["it said nothing"])[0]


def catch_up(source: str, seconds: float) -> None:
    """The other side confirmed all that is written here by now; NotReady if it did not in time."""
    name = subscription(OTHER[source])
    command = (
        "psql",
        f"service={source}",
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-v",
        f"name={name}",
        "-v",
        f"seconds={seconds}",
    )
    check(
        *command, "-f", "/steps/caught-up.sql", why=f"The follower {name} is behind, or not connected.", seconds=seconds
    )


@dataclass(frozen=True)
class Cutover:
    """How the name is led to a side, and which clients must be restarted because they do not ask again."""

    name: str
    point: Callable[[str], object]
    restart: tuple[str, ...]


def point_by_type(side: str) -> None:
    """One apply of the whole Service; on the way back, without the endpoints that it leaves behind."""
    kubectl.apply(place.manifest("phase-1" if side == OUTSIDE else "phase-2"))
    if side == OUTSIDE:
        # First Endpoints: while it is there, a controller mirrors it into a new slice as soon as one is deleted.
        place.kubectl_here("delete", "endpoints", "user-db", "--ignore-not-found")
        place.kubectl_here("delete", "endpointslices", "-l", "kubernetes.io/service-name=user-db", "--ignore-not-found")


def address(side: str) -> str:
    """The address that an EndpointSlice needs: it knows no names."""
    if side == OUTSIDE:
        return place.psql(OUTSIDE, "-c", "SELECT host(inet_server_addr())")
    return place.kubectl_here("get", "pods", "-l", "app=postgres", "-o", "jsonpath={.items[0].status.podIP}")


def point_by_slice(side: str) -> None:
    """One apply of the EndpointSlice; the Service stays as it is."""
    kubectl.apply(place.manifest("slice", ADDRESS=address(side)))


BY_TYPE = Cutover("type of the Service", point_by_type, ("resolved-once",))
BY_SLICE = Cutover("EndpointSlice", point_by_slice, ())


def point_the_name(cutover: Cutover, side: str) -> None:
    """Lead the name to this side; the moment goes to the recordings."""
    place.record_phase(f"apply {side}")
    cutover.point(side)


def answered_everywhere(side: str) -> bool:
    """Whether each CoreDNS Pod, asked by itself, leads the name to this side.

    Each may hold an old answer in its cache.
    """
    predicate = coredns.all_answer if side == OUTSIDE else coredns.none_answers
    return predicate(f"user-db.{place.NAMESPACE}.svc.cluster.local", f"{place.OUTSIDE_NAME}.")


def recycle(cutover: Cutover, target: str) -> None:
    """New Pods for the clients that would never ask DNS again.

    Not before the old answer is gone, or they keep that one.
    """
    if cutover.restart:
        until(
            lambda: answered_everywhere(target), seconds=60, what="Each CoreDNS Pod giving the new answer", next=AGAIN
        )
        place.record_phase(f"restart {', '.join(cutover.restart)}")
        place.restart_clients(*cutover.restart)


def empty(side: str) -> None:
    """The server's own word: no client of the app is connected."""
    until(
        lambda: place.run_sql(side, "who") == "nobody",
        seconds=60,
        what=f"The {side} server without clients",
        next=AGAIN,
    )


def nobody_left(source: str, target: str) -> None:
    """No client is connected to the source, and every one writes to the target."""
    place.wait_for_writes(side=target)
    empty(source)


def replicate(source: str, target: str, seconds: float) -> None:
    """The target has the rows and follows, before anybody is disturbed."""
    follow(target, publisher(source), copy=place.psql(target, "-c", "SELECT count(*) FROM entries") == "0")
    catch_up(source, seconds)


def fence(source: str) -> None:
    """Nobody writes here any more; the check is the server's list of connections."""
    place.run_sql(source, "fence", mark=f"fence {source}")
    empty(source)


def last_rows(source: str, seconds: float) -> None:
    """The target has every row. If it does not come to that, the source is opened again: no harm is done."""
    try:
        catch_up(source, seconds)
        check("/steps/same-rows", why="One side was written to while nobody should.")
    except NotReady:
        place.run_sql(source, "open", mark=f"open {source} again")
        raise


def turn_round(source: str, target: str, connection: str) -> None:
    """From now on the source follows the target: the way back needs the rows that come. No copy: both have the same."""
    place.run_sql(target, "unfollow", name=subscription(target))
    follow(source, connection, copy=False)


def steps(source: str, target: str, cutover: Cutover, seconds: float) -> list[Step]:
    """All steps of a switch, in order."""
    pair = (source, target)
    connection = publisher(target)  # asked now: behind the fence every second is an outage
    before: list[Step] = [
        ("replicate", partial(replicate, *pair, seconds)),
        ("fence", partial(fence, source)),
        ("last rows", partial(last_rows, source, seconds)),
        ("sequences", partial(place.output_as_operator, "/steps/copy-sequence", *pair)),
        ("turn round", partial(turn_round, *pair, connection)),
        ("open", partial(place.run_sql, target, "open", mark=f"open {target}")),
    ]
    after: list[Step] = [
        ("apply", partial(point_the_name, cutover, target)),
        ("recycle", partial(recycle, cutover, target)),
        ("nobody left", partial(nobody_left, *pair)),
    ]
    return after if is_open(target) and not is_open(source) else before + after


def switch(
    source: str,
    target: str,
    cutover: Cutover = BY_TYPE,
    *,
    seconds: float = 20,
    without: tuple[str, ...] = (),
    hook: Hook = lambda name: None,
) -> None:
    """Move all clients from source to target.

    `hook` is called with each step's name before it; `without` leaves steps out: for tests that show their worth.
    A check that does not hold ends it with NotReady; run it again to go on.
    """
    for name, run in steps(source, target, cutover, seconds):
        if name not in without:
            hook(name)
            run()


def inside_again() -> None:
    """As after the switch inside, whatever a rollback by hand has come to; no row of either side is lost.

    The clients are stopped by both fences meanwhile.
    """
    for side in OTHER:
        fence(side)
    for side in OTHER:
        place.run_sql(side, "unfollow", name=subscription(side))
    check("/steps/inside-again", why="A row could not be taken over.")
    check("/steps/same-rows", why="One side was written to while nobody should.")
    follow(OUTSIDE, publisher(INSIDE), copy=False)
    place.run_sql(INSIDE, "open", mark="open inside")
    point_the_name(BY_TYPE, INSIDE)
    recycle(BY_TYPE, INSIDE)
    nobody_left(OUTSIDE, INSIDE)
