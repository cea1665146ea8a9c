"""Whether the role of the program may use its tables: PostgreSQL says of one without a grant that it does not exist."""

from collections.abc import Collection

from sqlalchemy import Connection, any_, column, func, select, table

from casework.errors import MissingGrants

# The catalogue can be read by whoever may connect.
_rel = table(
    "pg_class", column("oid"), column("relname"), column("relkind"), column("relnamespace"), schema="pg_catalog"
)
_nsp = table("pg_namespace", column("oid"), column("nspname"), schema="pg_catalog")
_PATH = func.string_to_array(func.replace(func.current_setting("search_path"), " ", ""), ",")
_READABLE = func.has_schema_privilege(_nsp.c.oid, "USAGE") & func.has_table_privilege(_rel.c.oid, "SELECT")
_RIGHTS = (
    select(_rel.c.relname, _READABLE)
    .join_from(_rel, _nsp, _nsp.c.oid == _rel.c.relnamespace)
    .where(_rel.c.relkind == "r", _nsp.c.nspname == any_(_PATH))
)


def require(connection: Connection, tables: Collection[str], *, refused: bool = False) -> None:
    """Raise MissingGrants if all of these tables are there and the role of the connection may not read one of them.

    `refused` says that PostgreSQL has just named a right that is missing, whichever it is. A table that is gone is no
    missing grant: whoever takes one away finds no other words for it by taking rights too.
    """
    if connection.dialect.name != "postgresql":
        return
    found = connection.execute(_RIGHTS.where(_rel.c.relname.in_(tables)))
    rights: dict[str, bool] = {name: readable for name, readable in found}  # noqa: C416 -- rows are no pairs to mypy
    if len(rights) < len(tables):
        return
    closed = sorted(name for name, readable in rights.items() if not readable)
    if closed or refused:
        named = f" ({closed[0]})" if closed else ""
        raise MissingGrants(
            f"Các bảng còn đủ, nhưng vai của chương trình thiếu quyền dùng bảng{named}. Nếu vừa nâng cấp hoặc khôi "
            "phục: hãy chạy lại deploy/postgresql/grants.sql bằng vai casework_owner. Nếu không: có người đã lấy "
            f"quyền đi; hãy giữ nguyên máy và gọi người phụ trách. / The role of the program lacks rights{named}. "
            "After an upgrade or a restore run deploy/postgresql/grants.sql as casework_owner. Otherwise somebody took "
            "rights away: leave the machine as it is and call for help.",
            row="grants",
        )
