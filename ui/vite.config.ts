import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const backend = (name: string) => fileURLToPath(new URL(`./src/lib/backend/${name}.ts`, import.meta.url))

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  // Pictures of the fake station's pages.
  publicDir: mode === 'fake' ? 'fake' : false,
  resolve: {
    alias: {
      // The one seam: the real window talks to Tauri, `--mode fake` to dossiers held in memory.
      '#backend': backend(mode === 'fake' ? 'fake' : 'tauri'),
    },
  },
  build: {
    // WebKitGTK 2.50 and WebView2.
    target: ['safari16.4', 'chrome111'],
    // The content security policy knows no data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
}))
