import { OfTenant, Problems, QueryInt, refusingTheCostly, Requires, Text } from '#admin-http';
import { BadRequestException, Controller, Get, Inject, Query, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { answer, type HrPeople, who } from './answers.js';
import { FORMS, parseQuestion } from './questions.js';

class WhoIsQuery extends OfTenant {
  @Text({ optional: true, max: 300, description: `A question in plain words: ${FORMS.join('; ')}.` })
  q?: string;

  @Text({ optional: true, description: 'Words of the name or an address.' })
  name?: string;

  @Text({ optional: true, description: 'Department or cost centre, or, without `location`, a place.' })
  department?: string;

  @Text({ optional: true, description: 'City, state or country.' })
  location?: string;

  @Text({ optional: true, description: 'Words of the job title.' })
  title?: string;

  @Text({ optional: true, description: 'Such as `full time`.' })
  employment?: string;

  @Text({ optional: true, description: 'E-mail address or name of the manager.' })
  manager?: string;

  @QueryInt({ min: 1, max: 1000, description: 'Most people to return; default 100.' })
  limit?: number;
}

/** What the HR assistant answers. @param prefix in front of the routes */
export function hrAssistantController(prefix: string, token: symbol): Type {
  @ApiTags('products')
  @Controller(prefix)
  class HrAssistantController {
    constructor(@Inject(token) private readonly people: HrPeople) {}

    @Get('who-is')
    @Requires('people:read')
    @ApiOperation({
      summary: 'Answer who somebody is, by a question in plain words or by facts',
      description: 'Those who have left are still known, and come last; `may_ask` and `left` tell them apart.',
    })
    @Problems(400, 404)
    async whoIs(@Query() { tenant, q, limit = 100, location, ...facts }: WhoIsQuery) {
      const { name, department, title, employment, manager } = facts;
      const criteria = { name, department, place: location, title, employment, manager };
      const asked = Object.values(criteria).some((value) => value !== undefined);
      if ((q === undefined) === !asked)
        throw new BadRequestException('Ask with q, or with facts such as name and department');
      if (q === undefined) return refusingTheCostly(who(this.people, tenant, criteria, limit));
      const question = parseQuestion(q);
      if (!question) throw new BadRequestException(`The question was not understood. Ask like: ${FORMS.join('; ')}`);
      return { understood: question, ...(await refusingTheCostly(answer(this.people, tenant, question, limit))) };
    }
  }
  return HrAssistantController;
}
