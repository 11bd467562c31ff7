import { ScimError } from '#scim';
import { All, Controller } from '@nestjs/common';

/** `/Me` (RFC 7644 §3.11) is whoever signed in. Our callers are machines and no user of the tenant, so there is nobody. */
@Controller('scim/v2/:tenant/Me')
export class MeController {
  @All()
  refuse(): never {
    const detail = 'A token speaks for a connection, not for a person, so there is no /Me; use /Users/{id}.';
    throw new ScimError('notImplemented', detail);
  }
}
