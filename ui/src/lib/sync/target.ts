// Where batches go: kept as an address, shown as people know it.

/**
 * `file:///mnt/usb` as `/mnt/usb`, `file:///E:/LuuTru` as `E:\LuuTru`, `file://may-chu/luu-tru` as `\\may-chu\luu-tru`;
 * other addresses as they are.
 */
export function shownTarget(address: string): string {
  if (!address.startsWith('file://')) return address
  let path = address.slice('file://'.length)
  try {
    path = decodeURIComponent(path)
  } catch {
    // A lone % is part of the folder's name.
  }
  if (!path.startsWith('/')) return `//${path}`.replaceAll('/', '\\')
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1).replaceAll('/', '\\') : path
}

/** The address of a folder. */
export function addressOf(path: string): string {
  if (path === '' || /^[a-z0-9]+:\/\//i.test(path)) return path
  const slashed = path.replaceAll('\\', '/')
  const encoded = slashed.split('/').map(encode).join('/')
  if (slashed.startsWith('//')) return `file:${encoded}`
  return `file://${slashed.startsWith('/') ? '' : '/'}${encoded}`
}

/** Only what would be misread in an address; letters with marks stay legible. */
function encode(part: string): string {
  return part.replace(/[%?#]/g, (c) => encodeURIComponent(c))
}
