"""Which connector has which name."""

from collections.abc import Mapping
from types import MappingProxyType

from connectors.base import Connector
from connectors.csv_file import CsvFile
from connectors.ubl_file import UblFile

CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {connector.name: connector for connector in (CsvFile(), UblFile())}
)


def find_connector(name: str) -> Connector:
    """Return the connector with this name. Raises KeyError."""
    return CONNECTORS[name]
