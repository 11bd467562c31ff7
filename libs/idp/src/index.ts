export * from './idp-preset.js';
