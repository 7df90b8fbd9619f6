/** Digests of the system's cryptography. They are pure; they stand here because nothing else may import node:crypto, whose chance is not repeatable. */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'

export type DigestName = 'sha256' | 'sha512'

export const hashOf = (name: DigestName, bytes: Uint8Array): Uint8Array => createHash(name).update(bytes).digest()

export const hmacOf = (name: DigestName, key: Uint8Array, text: string): Uint8Array => createHmac(name, key).update(text).digest()

/** A key from a password, made slow by `iterations` (PBKDF2); computed on another thread. */
export function passwordKey(name: DigestName, password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const sizeBytes = name === 'sha256' ? 32 : 64
  return new Promise((resolve, reject) =>
    pbkdf2(password, salt, iterations, sizeBytes, name, (error, key) => (error === null ? resolve(key) : reject(error))),
  )
}

/** In a time that does not tell where they differ. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && timingSafeEqual(one, other)
