"""Every named fault, where it is played, and what plays it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.faults import database_faults, disk_faults, other_faults
from benchmarks.faults.stops import stops
from benchmarks.faults.world import World
from tests.kit.flaky_proxy import answering, cut_after, hanging_up, silent, slow


@dataclass(frozen=True)
class Scenario:
    """One fault."""

    fault: Callable[[World], None]
    database: str = "sqlite"
    topology: str = "parts"
    #: the data folder is a small disk of its own
    is_small: bool = False
    #: where files lie: "" in a folder, "s3" in a bucket behind the proxy
    blobs: str = ""
    #: pictures among the invoices, which take a reader seconds
    scans: int = 0


POSTGRES, MANY, S3 = "postgresql", "many", "s3"

SCENARIOS: Mapping[str, Scenario] = {
    "disk full": Scenario(disk_faults.fill, is_small=True),
    "disk full, PostgreSQL elsewhere": Scenario(disk_faults.fill, POSTGRES, is_small=True),
    "disk read-only": Scenario(disk_faults.take_nothing, POSTGRES, is_small=True),
    "fsync fails": Scenario(disk_faults.fail_syncs),
    "too many open files": Scenario(disk_faults.no_more_files),
    "no memory for readers": Scenario(disk_faults.no_more_memory, scans=2),
    "database away": Scenario(database_faults.go_away, POSTGRES),
    "database slow": Scenario(database_faults.between(slow(0.1)), POSTGRES),
    "database silent": Scenario(database_faults.between(silent), POSTGRES),
    "database cuts": Scenario(database_faults.between(cut_after(20_000), rounds=3), POSTGRES),
    "database hangs up": Scenario(database_faults.between(hanging_up), POSTGRES),
    "database locked, PostgreSQL": Scenario(database_faults.lock_tables, POSTGRES),
    "database locked, SQLite": Scenario(database_faults.lock_file),
    "database full of clients": Scenario(database_faults.refuse_clients, POSTGRES),
    "database read-only": Scenario(database_faults.read_only, POSTGRES),
    "S3 says 500": Scenario(database_faults.between(answering(500)), blobs=S3),
    "S3 says 503": Scenario(database_faults.between(answering(503)), blobs=S3),
    "S3 slow": Scenario(database_faults.between(slow(0.5)), blobs=S3),
    "S3 cuts": Scenario(database_faults.between(cut_after(150), rounds=2), blobs=S3),
    "S3 silent": Scenario(database_faults.between(silent), blobs=S3),
    "smarthost refuses": Scenario(other_faults.smarthost_refuses),
    "smarthost hangs": Scenario(other_faults.smarthost("hangs")),
    "smarthost says 451": Scenario(other_faults.smarthost("later")),
    "smarthost says 451 to DATA": Scenario(other_faults.smarthost("later_after_data")),
    "smarthost takes and hangs up": Scenario(other_faults.smarthost("cut", 2)),
    "smarthost takes, silent": Scenario(other_faults.smarthost("mute", 2)),
    "sender dies waiting": Scenario(other_faults.smarthost_dies_with_sender),
    "clock jumps": Scenario(other_faults.clock_jumps),
    "clock jumps, PostgreSQL": Scenario(other_faults.clock_jumps, POSTGRES, MANY),
    "20 stops": Scenario(stops(20, 1), topology="one", scans=2),
    "20 stops of many, PostgreSQL": Scenario(stops(20, 2), POSTGRES, MANY, scans=2),
    "machine vanishes": Scenario(other_faults.machine_vanishes, POSTGRES, MANY, scans=1),
    "machine sleeps": Scenario(other_faults.machine_sleeps, POSTGRES, MANY, scans=1),
}
