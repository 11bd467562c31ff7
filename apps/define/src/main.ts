import 'reflect-metadata';
import { define } from '#products';
import { runProduct } from '../../wellness/src/run-product.js';
import { definePeople } from './define-people.js';
import { defineController } from './define.controller.js';

await runProduct(define.id, definePeople, defineController);
