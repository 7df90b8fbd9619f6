/** What a differential case is: plain data that our engine and Spark both run. Texts of expressions are SQL that both read alike. */

/** A table: columns with their types as DDL, rows as SQL expressions. */
export interface CaseTable {
  readonly columns: readonly (readonly [name: string, type: string])[]
  readonly rows: readonly (readonly string[])[]
}

/** Each expression is one case: on no table, or on each row of one. */
export interface ExpressionGroup {
  readonly kind: 'expressions'
  readonly name: string
  readonly zone: string
  readonly table: string | null
  readonly cases: readonly string[]
}

/** SELECT groupBy, select FROM table WHERE where GROUP BY groupBy; then, if given, SELECT afterwards FROM that. */
export interface QueryCase {
  readonly id: string
  readonly table: string
  readonly where?: string
  readonly groupBy: readonly string[]
  readonly select: readonly string[]
  readonly afterwards?: readonly string[]
}
export interface QueryGroup {
  readonly kind: 'queries'
  readonly name: string
  readonly zone: string
  readonly cases: readonly QueryCase[]
}

/** JSON files of one folder, each one epoch, read as a stream. */
export interface StreamInput {
  readonly schema: string
  /** Lines by file. */
  readonly files: readonly (readonly string[])[]
  readonly options?: Readonly<Record<string, string>>
  readonly watermark?: readonly [column: string, delay: string]
}
export interface StreamCase {
  readonly id: string
  readonly mode: 'append' | 'update' | 'complete'
  /** One, or two whose union is taken. */
  readonly inputs: readonly StreamInput[]
  /** After the union. */
  readonly watermark?: readonly [column: string, delay: string]
  readonly where?: string
  /** Null: the rows themselves, or what `select` makes of them. */
  readonly groupBy: readonly string[] | null
  readonly select: readonly string[]
}
export interface StreamGroup {
  readonly kind: 'streams'
  readonly name: string
  readonly zone: string
  readonly cases: readonly StreamCase[]
}

export type CaseGroup = ExpressionGroup | QueryGroup | StreamGroup
/** A golden file: by case, one answer, or one for each row. */
export type Answers = Readonly<Record<string, string | readonly string[]>>
