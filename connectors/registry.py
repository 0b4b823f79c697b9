"""Every connector, by the name that definitions use."""

from collections.abc import Mapping
from types import MappingProxyType

from connectors.base import Connector
from connectors.csv_file import CsvFile
from connectors.ubl_file import UblFile
from connectors.winbooks import WinBooks
from mailbot.domain.errors import Permanent

_ALL: tuple[Connector, ...] = (CsvFile(), UblFile(), WinBooks())
CONNECTORS: Mapping[str, Connector] = MappingProxyType({each.name: each for each in _ALL})


def find_connector(name: str) -> Connector:
    """Return the connector of this name.

    Raises Permanent: definitions are checked, so only an older definition can name another.
    """
    connector = CONNECTORS.get(name)
    if connector is None:
        raise Permanent(f"there is no connector {name!r}; there are {', '.join(CONNECTORS)}")
    return connector
