import { invalidField, InvalidFields } from '#scim-http';
import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';

/** A whole number in the path, from 0. */
@Injectable()
export class WholeNumberPipe implements PipeTransform<string, number> {
  transform(value: string, { data = 'value' }: ArgumentMetadata): number {
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new InvalidFields([invalidField([data], `${data} must be a whole number from 0`)]);
  }
}
