import { useEffect } from 'preact/hooks';

/** A file may be dropped anywhere on the page; without this, the browser would leave for it. */
export const useDrop = (open: (file: File) => void): void => {
  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) open(file);
    };
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, [open]);
};
