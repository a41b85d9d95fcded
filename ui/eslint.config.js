import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

export default ts.config(
  { ignores: ['dist', 'dist-fake', 'node_modules', 'test-results', 'src/lib/backend/types.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      // Text from paper goes through text nodes only.
      'svelte/no-at-html-tags': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      // The compiler names them better than the TypeScript rule does for Svelte's own globals.
      'no-undef': 'off',
    },
  },
)
