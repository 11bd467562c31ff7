import 'reflect-metadata';
import { hrAssistant } from '#products';
import { runProduct } from '../../wellness/src/run-product.js';
import { hrAssistantPeople } from './hr-assistant-people.js';

await runProduct(hrAssistant.id, hrAssistantPeople);
