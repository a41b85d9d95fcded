// The built UI over the fake backend, in Debian's Chromium without a network, under the policy that the window has.

import { createServer, type Server } from 'node:http'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const ROOT = here('../dist-fake')
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

/** The window's own content security policy, less the addresses that only Tauri has. */
async function policy(): Promise<string> {
  const conf = JSON.parse(await readFile(here('../../src-tauri/tauri.conf.json'), 'utf8'))
  const csp = conf.app.security.csp as Record<string, string>
  return Object.entries(csp)
    .map(([name, value]) => `${name} ${value.replace(/ (page|ipc):( http:\/\/\S+)?/g, '')}`)
    .join('; ')
}

export interface Window {
  page: Page
  /** What the browser complained of: script errors and what the policy refused. */
  complaints: string[]
}

export class House {
  readonly #server: Server
  readonly #browser: Browser
  readonly #address: string

  private constructor(server: Server, browser: Browser) {
    this.#server = server
    this.#browser = browser
    this.#address = `http://localhost:${(server.address() as AddressInfo).port}`
  }

  static async open(): Promise<House> {
    if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing; run cargo xtask setup`)
    const csp = await policy()
    const server = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
      const file = join(ROOT, path === '/' ? 'index.html' : path)
      readFile(file).then(
        (body) => {
          response.writeHead(200, {
            'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
            'content-security-policy': csp,
          })
          response.end(body)
        },
        () => response.writeHead(404).end(),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
    return new House(server, browser)
  }

  /** A fresh window with a station of its own. */
  async window(query = ''): Promise<Window> {
    const context = await this.#browser.newContext({ viewport: { width: 1366, height: 768 }, bypassCSP: false })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url}:${message.location().lineNumber})`)
    })
    await page.goto(`${this.#address}/${query}`)
    return { page, complaints }
  }

  /** Closes the windows. Those left open would go on drawing, and slow down whatever comes after. */
  async clear(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()))
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
