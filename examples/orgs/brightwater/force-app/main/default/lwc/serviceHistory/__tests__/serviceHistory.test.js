import { createElement } from 'lwc';
import ServiceHistory from 'c/serviceHistory';
import getHistory from '@salesforce/apex/ServiceHistoryController.getHistory';

describe('c-service-history', () => {
    it('shows one card for each unit', async () => {
        const element = createElement('c-service-history', { is: ServiceHistory });
        document.body.appendChild(element);
        getHistory.emit([{ unitName: 'IU-000001', model: 'BW-300', visits: [] }]);
        await Promise.resolve();
        expect(element.shadowRoot.querySelectorAll('c-unit-card')).toHaveLength(1);
    });
});
