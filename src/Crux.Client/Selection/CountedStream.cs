namespace Crux.Client.Selection;

/// <summary>Reads an answer, and notices its end and its failure.</summary>
internal sealed class CountedStream(Stream inner, CountedContent content) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("An answer has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("An answer has no position.");
        set => throw new NotSupportedException("An answer has no position.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            if (read == 0 && buffer.Length > 0)
                content.Release();
            return read;
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested && Faults.IsLoss(exception))
                content.Note(exception);
            content.Release();
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An answer is read in order.");

    public override void SetLength(long value) => throw new NotSupportedException("An answer has no length.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An answer is not written to.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            content.Release();
        }
        base.Dispose(disposing);
    }
}
