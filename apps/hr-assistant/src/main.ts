import 'reflect-metadata';
import { hrAssistant } from '#products';
import { runProduct } from '../../wellness/src/run-product.js';
import { hrAssistantPeople } from './hr-assistant-people.js';
import { hrAssistantController } from './hr-assistant.controller.js';

await runProduct(hrAssistant.id, hrAssistantPeople, hrAssistantController);
