import 'reflect-metadata';
import { wellness } from '#products';
import { runProduct } from './run-product.js';
import { wellnessPeople } from './wellness-people.js';
import { wellnessController } from './wellness.controller.js';

await runProduct(wellness.id, wellnessPeople, wellnessController);
