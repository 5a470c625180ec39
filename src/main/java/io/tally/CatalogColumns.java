package io.tally;

import io.tally.cdc.ColumnTypes;
import io.tally.cdc.TableColumns;
import io.tally.publish.SourceColumns;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.expression.ColumnRef;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The columns of the orders table that are read from records: by the settings' names, of the types that the catalog has,
 * which has been looked at when records come. The same object until the catalog says something else.
 */
final class CatalogColumns implements Supplier<TableColumns> {

    private static final int PRICE = 2;

    private final Columns names;
    private final TallyConfig.Source settings;
    private final SourceColumns catalog;

    private SourceColumns.Columns lastFound;
    private TableColumns last;

    CatalogColumns(Columns names, TallyConfig.Source settings, SourceColumns catalog) {
        this.names = names;
        this.settings = settings;
        this.catalog = catalog;
    }

    @Override
    public TableColumns get() {
        SourceColumns.Columns found = catalog.found();
        if (found != lastFound) {
            last = found.equals(lastFound) ? last : columns(found);
            lastFound = found;
        }
        return last;
    }

    private TableColumns columns(SourceColumns.Columns found) {
        List<SourceColumn> columns = new ArrayList<>();
        for (SourceColumns.Column column :
                List.of(found.customerId(), found.quantity(), found.price(), found.eventTime())) {
            int index = columns.size();
            ColumnRef ref = new ColumnRef(index, names.names().wanted().get(index), column.nullable());
            columns.add(new SourceColumn(ref, Type.named(column.type())));
        }
        return new TableColumns(columns, types(columns));
    }

    /** How they are written where no schema says so: a number's decimals are those of its type, unless a setting has others. */
    private ColumnTypes types(List<SourceColumn> columns) {
        ColumnTypes types = ColumnTypes.texts(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            types = types.withUnit(i, settings.timeUnit().orElse(null));
            Type type = columns.get(i).type();
            if (settings.decimals() == TallyConfig.Source.Decimals.BYTES && type.kind() == Type.Kind.NUMERIC) {
                int declared = type.hasScale() ? type.scale() : ColumnTypes.TEXT;
                types = types.withDecimals(
                        i, i == PRICE ? settings.priceDecimals().orElse(declared) : declared);
            }
        }
        return types;
    }
}
