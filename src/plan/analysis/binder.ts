/**
 * Turns expressions into bound ones over one scope: names become positions, functions are looked up and checked by their signatures, implicit casts become
 * explicit. What stands only at certain places (aggregates, windows) is given to the caller's hook first.
 */
import { type DataType, sameType, simpleString, structType } from '../../data/data-type.ts'
import { MillraceError, nearestName } from '../../error.ts'
import { BoundCall, type BoundExpression, BoundLiteral } from '../expressions/bound-expression.ts'
import { type CastNode, type Expression, nameParts, type UnresolvedFunctionNode } from '../expressions/expression.ts'
import { castable } from '../functions/cast.ts'
import { functionNames, lookUpFunction } from '../functions/registry.ts'
import type { FunctionSignature, ResolvedSignature, TypedArgument } from '../functions/signature.ts'
import { sqlText } from './naming.ts'
import type { Scope } from './scope.ts'

/** Gives the bound form of what has a meaning of its own at this place, or null for everything else. */
export type BindHook = (expression: Expression, bind: (expression: Expression) => BoundExpression) => BoundExpression | null

export function bindExpression(expression: Expression, scope: Scope, hook: BindHook = () => null): BoundExpression {
  const bind = (one: Expression): BoundExpression => hook(one, bind) ?? bindPlain(one, scope, bind)
  return bind(expression)
}

function bindPlain(expression: Expression, scope: Scope, bind: (one: Expression) => BoundExpression): BoundExpression {
  switch (expression.kind) {
    case 'Literal':
      return BoundLiteral.create(expression.value, expression.type)
    case 'UnresolvedAttribute':
      return attribute(expression.name, scope)
    case 'UnresolvedStar':
      throw new MillraceError('INVALID_ARGUMENT', `${scope.operation}: '*' stands for all columns, so it cannot be part of an expression.`)
    case 'UnresolvedExtractValue':
      return structField(bind(expression.child), expression.field, scope.operation)
    case 'Alias':
      return bind(expression.child)
    case 'Cast':
      return castNode(expression, bind(expression.child), scope.operation)
    case 'UnresolvedFunction':
      return scalarCall(expression, expression.arguments.map(bind), scope.operation)
  }
}

/** `a`, or `a.b.c` where `a` is a struct. */
function attribute(name: string, scope: Scope): BoundExpression {
  const [first = name, ...fields] = nameParts(name)
  if (scope.find(first) === null) throw scope.unresolved(fields.length === 0 ? first : name)
  return fields.reduce<BoundExpression>((struct, one) => structField(struct, one, scope.operation), scope.resolve(first))
}

function structField(struct: BoundExpression, name: string, operation: string): BoundExpression {
  const fields = struct.type.kind === 'struct' ? struct.type.fields : []
  const exact = fields.findIndex((one) => one.name === name)
  const index = exact >= 0 ? exact : fields.findIndex((one) => one.name.toLowerCase() === name.toLowerCase())
  const found = fields[index]
  if (found === undefined) {
    const what = struct.type.kind === 'struct' ? 'has no such field' : 'is not a struct'
    throw new MillraceError(
      'FIELD_NOT_FOUND',
      `${operation}: the field '${name}' was asked of a ${simpleString(struct.type)}, which ${what}.`,
      {
        hint: `The fields are: ${fields.map((one) => one.name).join(', ') || 'none'}.`,
        details: { field: name, fields: fields.map((one) => one.name), operation },
      },
    )
  }
  const position = BoundLiteral.create(index, { kind: 'int' })
  return BoundCall.create('get_field', [struct, position], found.type, struct.nullable || found.nullable)
}

function castNode(node: CastNode, child: BoundExpression, operation: string): BoundExpression {
  if (!castable(child.type, node.to)) {
    throw new MillraceError(
      'DATATYPE_MISMATCH',
      `${operation}: ${sqlText(node)} casts a ${simpleString(child.type)}, which cannot become ${simpleString(node.to)}.`,
      {
        details: { from: simpleString(child.type), to: simpleString(node.to), operation },
      },
    )
  }
  if (sameType(child.type, node.to) && (child.type.kind !== 'long' || node.to.kind !== 'long' || child.type.surface === node.to.surface))
    return child
  return BoundCall.create(node.mode === 'try' ? 'try_cast' : 'cast', [child], node.to, child.nullable || node.mode === 'try')
}

/** Throws UNRESOLVED_ROUTINE, with the nearest name. */
export function signatureOf(node: UnresolvedFunctionNode, operation: string): FunctionSignature {
  const signature = lookUpFunction(node.name)
  if (signature !== undefined) return signature
  const near = nearestName(node.name, functionNames)
  throw new MillraceError('UNRESOLVED_ROUTINE', `${operation}: there is no function '${node.name}'.`, {
    ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
    details: { function: node.name, operation, ...(near === undefined ? {} : { suggestion: near }) },
  })
}

/** Calls of chance by the nodes that the user's columns are made of: a column that is used twice is one draw. They look at no scope. */
const drawnCalls = new WeakMap<UnresolvedFunctionNode, BoundExpression>()

function scalarCall(node: UnresolvedFunctionNode, args: readonly BoundExpression[], operation: string): BoundExpression {
  const signature = signatureOf(node, operation)
  if (signature.kind === 'aggregate') {
    throw new MillraceError(
      'AGGREGATE_NOT_ALLOWED',
      `${operation}: the aggregate ${sqlText(node)} stands where each row is looked at alone.`,
      {
        details: { function: signature.name, operation },
      },
    )
  }
  if (signature.kind === 'window') {
    throw new MillraceError('UNSUPPORTED_OPERATION', `${operation}: ${signature.name}(…) cannot stand here.`, {
      hint: signature.name === 'window' ? 'Use it in groupBy, select or withColumn.' : 'Use it as a key of groupBy.',
      details: { function: signature.name, operation },
    })
  }
  const known = drawnCalls.get(node)
  if (known !== undefined) return known
  const { resolved, coerced } = resolveCall(signature, args, operation)
  const call = BoundCall.create(signature.name, coerced, resolved.type, resolved.nullable)
  if (signature.kind === 'random') drawnCalls.set(node, call)
  return call
}

/** Checks a call by its signature and casts its arguments. Throws WRONG_NUM_ARGS, DATATYPE_MISMATCH. */
export function resolveCall(
  signature: FunctionSignature,
  args: readonly BoundExpression[],
  operation: string,
): { readonly resolved: ResolvedSignature; readonly coerced: readonly BoundExpression[] } {
  if (args.length < signature.minArgs || args.length > signature.maxArgs) {
    const wanted = signature.minArgs === signature.maxArgs ? `${signature.minArgs}` : `${signature.minArgs} to ${signature.maxArgs}`
    throw new MillraceError('WRONG_NUM_ARGS', `${operation}: ${signature.name} takes ${wanted} arguments and got ${args.length}.`, {
      hint: `Call it as ${signature.usage}.`,
      details: { function: signature.name, arguments: args.length, operation },
    })
  }
  const resolved = inOperation(operation, () => signature.resolve(args.map(typedArgument)))
  return { resolved, coerced: args.map((argument, index) => coerce(argument, resolved.parameterTypes[index] ?? argument.type)) }
}

/** Signatures know nothing of where the call stands: the operation is named here. */
function inOperation<T>(operation: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!MillraceError.is(error, 'DATATYPE_MISMATCH')) throw error
    const message = error.message.slice(`[${error.code}] `.length, -error.hint.length - 1)
    throw new MillraceError(error.code, `${operation}: ${message}`, { hint: error.hint, details: { ...error.details, operation } })
  }
}

const typedArgument = (argument: BoundExpression): TypedArgument => ({
  type: argument.type,
  nullable: argument.nullable,
  constant: argument.kind === 'BoundLiteral' ? argument.value : undefined,
})

/** The expression as a value of the type, by a cast where it is another one. Numbers that are constants become constants of the type. */
export function coerce(expression: BoundExpression, type: DataType): BoundExpression {
  if (sameType(expression.type, type)) return expression
  if (expression.kind === 'BoundLiteral') {
    const { value } = expression
    if (value === null) return BoundLiteral.create(null, type)
    if (typeof value === 'number' && expression.type.kind === 'int' && type.kind === 'double') return BoundLiteral.create(value, type)
    if (typeof value === 'number' && expression.type.kind === 'int' && type.kind === 'long') return BoundLiteral.create(BigInt(value), type)
  }
  return BoundCall.create('cast', [expression], type.kind === 'struct' ? structType(type.fields) : type, expression.nullable)
}
