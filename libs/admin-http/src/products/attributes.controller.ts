import { type CarriedAttribute, carriedAttributes } from '#products';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { ProductReader } from './product-reader.js';
import { CarriedAttributesList, UnmappedAttributesList } from './products.views.js';

/** What a tenant's identity provider sends beyond the RFC, and to whose use. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug')
export class AttributesController {
  constructor(private readonly products: ProductReader) {}

  @Get('attributes')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List custom attributes, with the keys of enabled products that each is read for' })
  @ApiOkResponse({ type: CarriedAttributesList })
  @Problems(404)
  list(@Param('slug') slug: string): Promise<CarriedAttributesList> {
    return this.carried(slug);
  }

  @Get('unmapped-attributes')
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'List custom attributes that no enabled product reads',
    description: 'They are kept all the same. Map them, or stop sending them.',
  })
  @ApiOkResponse({ type: UnmappedAttributesList })
  @Problems(404)
  async listUnmapped(@Param('slug') slug: string): Promise<UnmappedAttributesList> {
    const { attributes, complete } = await this.carried(slug);
    const unmapped = attributes.filter(({ readBy }) => readBy.length === 0);
    return { attributes: unmapped.map(({ readBy: _nobody, ...attribute }) => attribute), complete };
  }

  private async carried(slug: string): Promise<{ attributes: CarriedAttribute[]; complete: boolean }> {
    const products = await this.products.ofTenant(slug);
    const { schemas, complete } = await this.products.carried(slug);
    return {
      attributes: carriedAttributes(
        schemas,
        products.filter(({ enabled }) => enabled),
      ),
      complete,
    };
  }
}
