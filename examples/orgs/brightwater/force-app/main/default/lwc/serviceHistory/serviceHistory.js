import { LightningElement, api, wire } from 'lwc';
import getHistory from '@salesforce/apex/ServiceHistoryController.getHistory';

export default class ServiceHistory extends LightningElement {
    @api recordId;

    @wire(getHistory, { accountId: '$recordId' })
    history;
}
