export { databaseOf, type MongoReadModelsOptions, openMongoReadModels } from './mongodb.read-models.js';
