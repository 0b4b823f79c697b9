"""The row of who is known in which dossier; only storage sees it."""

from sqlmodel import Field, SQLModel


class DossierPersonRow(SQLModel, table=True):
    """Somebody of a client whom a dossier knows, as `mailbot apply` wrote it."""

    __tablename__ = "dossier_person"
    #: lower case
    email: str = Field(primary_key=True)
    dossier: str = Field(primary_key=True, index=True)
