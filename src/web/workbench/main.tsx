import { render } from 'preact';
import { Workbench } from './workbench.tsx';

const page = document.getElementById('page');
if (page === null) throw new Error('this page has no place for the workbench');
const version = document.querySelector('meta[name="resetlab-version"]')?.getAttribute('content');
render(<Workbench version={version ?? ''} />, page);
