export { Stretch } from './stretch.js';
export { STRETCH_MS, turn } from './turn.js';
