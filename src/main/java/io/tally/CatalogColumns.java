package io.tally;

import io.tally.cdc.ColumnTypes;
import io.tally.cdc.TableColumns;
import io.tally.publish.SourceColumns;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import java.util.List;
import java.util.function.Supplier;

/** The columns that are read from records, of the types that the catalog has. The same object until it says something else. */
final class CatalogColumns implements Supplier<TableColumns> {

    private final TallyConfig.Source settings;
    private final SourceColumns catalog;

    private List<SourceColumn> lastFound;
    private TableColumns last;

    CatalogColumns(TallyConfig.Source settings, SourceColumns catalog) {
        this.settings = settings;
        this.catalog = catalog;
    }

    @Override
    public TableColumns get() {
        List<SourceColumn> found = catalog.found();
        if (found != lastFound) {
            last = new TableColumns(found, types(found));
            lastFound = found;
        }
        return last;
    }

    /** How they are written where no schema says so. */
    private ColumnTypes types(List<SourceColumn> columns) {
        ColumnTypes types = ColumnTypes.texts(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            types = types.withUnit(i, settings.timeUnit().orElse(null));
            Type type = columns.get(i).type();
            if (settings.decimals() == TallyConfig.Source.Decimals.BYTES
                    && type.kind() == Type.Kind.NUMERIC
                    && type.hasScale()) {
                types = types.withDecimals(i, type.scale());
            }
        }
        return types;
    }
}
