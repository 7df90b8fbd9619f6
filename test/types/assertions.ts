/** Assertions that the compiler makes. */
import type { DataFrame, Untyped } from '../../src/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** The row of the frame is exactly this. */
export declare function rowIs<Want>(): <Row>(frame: DataFrame<Row, Untyped>, ok: Equal<Row, Want>) => void
/** The type of the value is exactly this. */
export declare function typeIs<Want>(): <T>(value: T, ok: Equal<T, Want>) => void
