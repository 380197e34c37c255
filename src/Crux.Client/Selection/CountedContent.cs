using System.Net;
using Crux.Client.Attempts;

namespace Crux.Client.Selection;

/// <summary>An answer's content that gives the call's place back when it has been read or thrown away.</summary>
internal sealed class CountedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Endpoint _endpoint;
    private readonly CallNote _note;
    private int _isReleased;

    public CountedContent(HttpContent inner, Endpoint endpoint, CallNote note)
    {
        (_inner, _endpoint, _note) = (inner, endpoint, note);
        // As they came: who wants one parses it, and nobody does it twice.
        foreach (var header in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(header.Key, header.Value.ToString());
    }

    public void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            _endpoint.Release();
    }

    /// <summary>Reading failed while the instance had the call.</summary>
    public void Note(Exception exception) => _note.Lost ??= exception;

    protected override async Task<Stream> CreateContentReadStreamAsync() => new CountedStream(await _inner.ReadAsStreamAsync(), this);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new CountedStream(await _inner.ReadAsStreamAsync(cancellationToken), this);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            Release();
        }
        base.Dispose(disposing);
    }
}
