"""Where the cells of the networks are: public knowledge, in the open."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.constants import BATCH_WRITE_PAGE_LIMIT

from adapters.dynamo.record import Record, fit, holding, understood
from adapters.dynamo.tables import TABLES
from core.kernel.geo import Point
from core.tracking.model import Cell, CellPlace

_SEPARATOR = "-"


class CellRecord(Record):
    """cell: mcc-mnc-lac-cid."""

    table = TABLES["cells"]
    attribute_classes = holding(cell=("cell", "latitude", "longitude", "range_m"))

    cell = UnicodeAttribute(hash_key=True)
    latitude = NumberAttribute()
    longitude = NumberAttribute()
    range_m = NumberAttribute()

    @classmethod
    def of(cls, place: CellPlace) -> "CellRecord":
        """Return the stored shape."""
        return cls(
            _key(place.cell),
            latitude=place.point.latitude,
            longitude=place.point.longitude,
            range_m=place.range_m,
        )

    def to_domain(self) -> CellPlace:
        """Return the cell with its place."""
        mcc, mnc, lac, cid = map(int, self.cell.split(_SEPARATOR))
        return CellPlace(Cell(mcc, mnc, lac, cid), Point(self.latitude, self.longitude), self.range_m)


class DynamoCells:
    """Cells in their table."""

    def places(self, cells: Collection[Cell]) -> Mapping[Cell, CellPlace]:
        """Return those that are known."""
        found = fit(CellRecord.batch_get(map(_key, cells)))
        return {place.cell: place for place in understood(found, CellRecord.to_domain)}

    def put(self, places: Iterable[CellPlace]) -> None:
        """Store or replace them; of two for one cell the later one counts."""
        remaining = iter(places)
        while once := {place.cell: place for place in islice(remaining, BATCH_WRITE_PAGE_LIMIT)}:
            with CellRecord.batch_write() as batch:
                for place in once.values():
                    batch.save(CellRecord.of(place))


def _key(cell: Cell) -> str:
    return _SEPARATOR.join(map(str, cell))
