//! Every statement uses an index: the databases' own plans, over tables of ten thousand rows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not see that this is a test")]

use sqlx::{MySql, Postgres, Row as _, Sqlite};

use crate::{
    dialect::{Dialect, Value},
    on_each_database,
    statement::{SWEEP_BATCH, Statement},
    support::Fresh,
};

/// How a database shows its plan of a statement.
trait Explain: Dialect {
    const EXPLAIN: &'static str;
    /// Makes a number a byte string.
    const BYTES: &'static str;
    /// Brings the statistics of a table up to date.
    const ANALYZE: &'static str;

    fn line(row: &Self::Row) -> String;
    /// Whether a line of a plan reads a whole table.
    fn is_table_scan(line: &str) -> bool;
    /// Whether a line of a plan reads a whole index.
    fn is_index_scan(line: &str) -> bool;
    /// Whether a line of a plan looks rows up in an index.
    fn is_search(line: &str) -> bool;
}

impl Explain for Sqlite {
    const EXPLAIN: &'static str = "EXPLAIN QUERY PLAN ";
    const BYTES: &'static str = "CAST(printf('%0{length}d', {number}) AS BLOB)";
    const ANALYZE: &'static str = "ANALYZE ";

    fn line(row: &Self::Row) -> String {
        row.get("detail")
    }

    fn is_table_scan(line: &str) -> bool {
        line.starts_with("SCAN passkey") && !line.contains("USING COVERING INDEX")
    }

    fn is_index_scan(line: &str) -> bool {
        line.starts_with("SCAN passkey") && line.contains("USING COVERING INDEX")
    }

    fn is_search(line: &str) -> bool {
        line.starts_with("SEARCH ") && line.contains('(')
    }
}

impl Explain for Postgres {
    const EXPLAIN: &'static str = "EXPLAIN ";
    const BYTES: &'static str = "convert_to(lpad({number}::text, {length}, '0'), 'UTF8')";
    const ANALYZE: &'static str = "VACUUM ANALYZE ";

    fn line(row: &Self::Row) -> String {
        row.get(0)
    }

    fn is_table_scan(line: &str) -> bool {
        line.contains("Seq Scan")
    }

    fn is_index_scan(line: &str) -> bool {
        line.contains("Index Only Scan")
    }

    fn is_search(line: &str) -> bool {
        line.contains("Index Cond")
    }
}

impl Explain for MySql {
    const EXPLAIN: &'static str = "EXPLAIN ";
    const BYTES: &'static str = "lpad({number}, {length}, '0')";
    const ANALYZE: &'static str = "ANALYZE TABLE ";

    fn line(row: &Self::Row) -> String {
        let text = |column| row.get::<Option<String>, _>(column).unwrap_or_default();
        format!("{} {} {}", text("type"), text("key"), text("Extra"))
    }

    fn is_table_scan(line: &str) -> bool {
        line.starts_with("ALL ")
    }

    fn is_index_scan(line: &str) -> bool {
        line.starts_with("index ")
    }

    fn is_search(line: &str) -> bool {
        ["const ", "eq_ref ", "ref ", "range "].iter().any(|kind| line.starts_with(kind))
    }
}

/// Fills the tables with ten thousand accounts of one passkey each, and as many ceremonies.
async fn fill<DB: Explain>(fresh: &Fresh<DB>) {
    let digits = (0..10).map(|digit| format!("SELECT {digit} AS d")).collect::<Vec<_>>();
    let digits = digits.join(" UNION ALL ");
    let numbers = format!(
        "(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n \
         FROM ({digits}) a, ({digits}) b, ({digits}) c, ({digits}) e) numbers"
    );
    let bytes = |number: &str, length: u8| {
        DB::BYTES.replace("{number}", number).replace("{length}", &length.to_string())
    };
    let (id, model, hash) = (bytes("n", 16), bytes("(n % 50)", 16), bytes("n", 32));
    let record = "r".repeat(600);
    let rows = [
        format!(
            "INSERT INTO {{accounts}} (rp_id, user_handle, name) SELECT 'example.com', {id}, n FROM {numbers}"
        ),
        format!(
            "INSERT INTO {{ceremonies}} (id, rp_id, user_handle, expires_at, record) \
             SELECT {id}, 'example.com', {id}, n, '{record}' FROM {numbers}"
        ),
        format!(
            "INSERT INTO {{passkeys}} (id, rp_id, user_handle, credential_id, name, created_at, updated_at, \
             sign_count, uv_initialized, record, aaguid, anchor, last_active_at) \
             SELECT {id}, 'example.com', {id}, {id}, 'name', n, n, 0, {}, '{record}', {model}, {hash}, n FROM {numbers}",
            if DB::NAME == "PostgreSQL" { "false" } else { "0" }
        ),
    ];
    let analyze =
        ["{accounts}", "{ceremonies}", "{passkeys}"].map(|table| format!("{}{table}", DB::ANALYZE));
    let mut connection = fresh.store.pool().acquire().await.unwrap();
    for sql in rows.iter().chain(&analyze) {
        let sql = Statement::new::<DB>(sql, &fresh.store.tables).sql();
        DB::script(&mut connection, sql.to_string()).await.unwrap();
    }
}

async fn plan<DB: Explain>(
    fresh: &Fresh<DB>,
    statement: &Statement,
    values: &[Value<'_>],
) -> Vec<String> {
    let explain = statement.explained(DB::EXPLAIN);
    let mut connection = fresh.store.pool().acquire().await.unwrap();
    let rows = DB::fetch(&mut connection, &explain, values).await.unwrap();
    rows.iter().map(DB::line).collect()
}

/// Values for a statement, as the verbs pass them.
fn values(name: &str) -> Vec<Value<'static>> {
    const ID: Value<'static> = Value::Bytes(b"0000000000000042");
    const RP: Value<'static> = Value::Text("example.com");
    const TIME: Value<'static> = Value::Integer(1000);
    const ANY: Value<'static> = Value::MaybeBoolean(None);
    const NO: Value<'static> = Value::Boolean(false);
    const ANCHOR: Value<'static> = Value::Bytes(b"00000000000000000000000000000042");
    match name {
        "put_ceremony" => vec![ID, RP, ID, TIME, RP],
        "expired" => vec![Value::Integer(500), Value::Integer(64)],
        "sweep" => vec![ID; SWEEP_BATCH],
        "read_ceremony" | "take_ceremony" | "passkey_by_id" | "exists" => vec![ID],
        "erase_ceremonies" | "lock_account" | "lock_known_account" | "account"
        | "erase_account" | "passkeys_of" | "ids_of" | "credentials_of" | "erase_passkeys" => {
            vec![RP, ID]
        }
        "passkey" => vec![RP, ID],
        "insert_account" => vec![RP, ID, RP, RP, TIME],
        "account_by_name" => vec![RP, Value::Name("42")],
        "counts" => vec![RP, ID, ID],
        "insert" => vec![
            ID,
            RP,
            ID,
            ID,
            RP,
            TIME,
            TIME,
            Value::MaybeInteger(None),
            TIME,
            ANY,
            ANY,
            NO,
            RP,
            ID,
            ANCHOR,
            TIME,
        ],
        "record_use" => vec![ID, TIME, ANY, ANY, NO, TIME, TIME, ANY, ANY, NO],
        "rename" => vec![ID, RP, ID, RP, TIME],
        "delete" => vec![ID, RP, ID],
        "by_model" => vec![ID, ID, Value::Integer(256)],
        "by_anchor" => vec![ANCHOR, ID, Value::Integer(256)],
        "unused_since" => vec![Value::Integer(500), Value::Integer(100), ID, Value::Integer(10)],
        "count_by_model" => vec![],
        _ => panic!("no values for the statement `{name}`"),
    }
}

async fn every_statement_uses_an_index<DB: Explain>(fresh: &Fresh<DB>) {
    fill(fresh).await;
    for (name, statement) in fresh.store.statements.all() {
        let plan = plan(fresh, statement, &values(name)).await;
        println!("{name}: {plan:#?}");
        // An insert of one row is a look-up in unique indexes, which no plan shows.
        if statement.sql().starts_with("INSERT") {
            continue;
        }
        assert!(!plan.iter().any(|line| DB::is_table_scan(line)), "{name}: {plan:#?}");
        // The counts by model are those of all passkeys.
        if name == "count_by_model" {
            assert!(plan.iter().any(|line| DB::is_index_scan(line)), "{name}: {plan:#?}");
        } else {
            assert!(plan.iter().any(|line| DB::is_search(line)), "{name}: {plan:#?}");
        }
    }
    // The plan of a statement that has no index is recognised.
    let scan =
        Statement::new::<DB>("SELECT id FROM {passkeys} WHERE name = $1", &fresh.store.tables);
    let plan = plan(fresh, &scan, &[Value::Text("name")]).await;
    assert!(plan.iter().any(|line| DB::is_table_scan(line)), "{plan:#?}");
}

on_each_database!(every_statement_uses_an_index);
