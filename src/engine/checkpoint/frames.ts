/**
 * Frames of the journal as blocks: a JSON value `{ commit?, begin? }` with small state changes behind it. A block is durable as a whole, so that a commit
 * and the begin that rides on it are both there or neither is.
 */
import { crc32 } from 'node:zlib'
import type { Json } from '../../plan/contracts/source.ts'
import type { StateCommit } from '../state/contract.ts'
import type { BeginFrame, CommitFrame } from './contract.ts'
import { decodeJson, encodeJson } from './payload.ts'

export interface FrameBlock {
  readonly commit: CommitFrame | null
  readonly begin: BeginFrame | null
}

type StoredState = Readonly<
  Record<string, Omit<StateCommit, 'inline'> & { readonly inline: readonly [offset: number, length: number] | null }>
>
interface StoredBlock {
  readonly commit?: Omit<CommitFrame, 'state'> & { readonly state: StoredState }
  readonly begin?: BeginFrame
}

export function encodeFrames({ commit, begin }: FrameBlock): Uint8Array {
  const attachments: Uint8Array[] = []
  const stored: StoredBlock = {
    ...(commit === null ? {} : { commit: { ...commit, state: storedState(commit.state, attachments) } }),
    ...(begin === null ? {} : { begin }),
  }
  return encodeJson(stored as unknown as Json, attachments)
}

export function decodeFrames(payload: Uint8Array, path: string): FrameBlock {
  const { json, bytes } = decodeJson(payload, path)
  const { commit, begin } = json as unknown as StoredBlock
  return { commit: commit === undefined ? null : { ...commit, state: readState(commit.state, bytes) }, begin: begin ?? null }
}

/** By which a sink's token is recognised as that of this very begin. */
export const beginChecksum = (begin: BeginFrame): number => crc32(JSON.stringify(begin))

function storedState(state: CommitFrame['state'], attachments: Uint8Array[]): StoredState {
  let at = 0
  return Object.fromEntries(
    Object.entries(state).map(([operator, one]) => {
      if (one.inline === null) return [operator, { ...one, inline: null }]
      attachments.push(one.inline)
      at += one.inline.length
      return [operator, { ...one, inline: [at - one.inline.length, one.inline.length] as const }]
    }),
  )
}

function readState(state: StoredState, bytes: Uint8Array): CommitFrame['state'] {
  return Object.fromEntries(
    Object.entries(state).map(([operator, one]) => {
      const inline = one.inline === null ? null : bytes.subarray(one.inline[0], one.inline[0] + one.inline[1])
      return [operator, { ...one, inline }]
    }),
  )
}
