using System.Buffers.Binary;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Crux.System.Load;

/// <summary>
/// What somebody who got in can send who is not meant well: streams that are reset as soon as they are opened, calls that no rule
/// allows, pings, settings, frames of no kind, and frames that are larger than allowed. Opens a new connection where the last was ended.
/// </summary>
/// <param name="open">Opens a connection that was let in; null where it was not.</param>
/// <param name="path">What the requests ask for.</param>
internal sealed class HostileFrames(Func<CancellationToken, Task<Stream?>> open, string path)
{
    private const int Batch = 200;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private const byte Headers = 1, Reset = 3, Settings = 4, Ping = 6, EndOfStreamAndHeaders = 5;

    private readonly byte[] _request = Request(path);

    /// <summary>Through a door, under a key that is let in.</summary>
    public HostileFrames(HostileDoor door, X509Certificate2 certificate, string path)
        : this(async stopping => await door.OpenAsync(certificate, stopping), path)
    {
    }

    /// <summary>Frames sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Connections that the server ended.</summary>
    public long Ended { get; private set; }

    /// <summary>Whether the connections were let in at all.</summary>
    public long Opened { get; private set; }

    /// <param name="frames">How many.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="stopping">Ends it at once.</param>
    /// <param name="enough">Ends it where it is, with what was sent until then.</param>
    public async Task RunAsync(long frames, CpuPace pace, CancellationToken stopping, CancellationToken enough = default)
    {
        for (var kind = 0; Sent < frames && !stopping.IsCancellationRequested && !enough.IsCancellationRequested; kind = (kind + 1) % 5)
        {
            await using var connection = await open(stopping);
            if (connection is null)
            {
                Ended++;
                await pace.KeepAsync(stopping);
                continue;
            }
            Opened++;
            // A turn of each kind, or as long as the server bears it.
            await SendAsync(connection, kind, Math.Min(frames / 50, frames - Sent) + 1, pace, stopping, enough);
        }
    }

    private async Task SendAsync(Stream connection, int kind, long frames, CpuPace pace, CancellationToken stopping, CancellationToken enough)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var reading = DrainAsync(connection, over.Token);
        var stream = 1u;
        try
        {
            for (var sent = 0L; sent < frames && !reading.IsCompleted && !enough.IsCancellationRequested;)
            {
                using var batch = new MemoryStream();
                for (var i = 0; i < Batch; i++, stream += 2)
                    sent += Write(batch, kind, stream);
                var writing = connection.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), stopping).AsTask().WaitAsync(Longest, stopping);
                // Who has said goodbye doesn't read any more.
                if (await Task.WhenAny(writing, reading) == reading)
                {
                    _ = writing.ContinueWith(static broken => broken.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                    Ended++;
                    break;
                }
                await writing;
                Sent += kind == 0 ? 2 * Batch : Batch;
                await pace.KeepAsync(stopping);
            }
        }
        catch (Exception ended) when (ended is IOException or TimeoutException)
        {
            Ended++;
        }
        await over.CancelAsync();
        await reading;
    }

    private long Write(MemoryStream batch, int kind, uint stream)
    {
        switch (kind)
        {
            case 0:
                Frame(batch, Headers, EndOfStreamAndHeaders, stream, _request);
                Frame(batch, Reset, 0, stream, [0, 0, 0, 8]);
                return 2;
            case 1:
                Frame(batch, Headers, EndOfStreamAndHeaders, stream, _request);
                return 1;
            case 2:
                Frame(batch, Ping, 0, 0, new byte[8]);
                return 1;
            case 3:
                Frame(batch, Settings, 0, 0, []);
                return 1;
            default:
                // Of no kind that is known, and once in a while of no size that is allowed.
                Frame(batch, 0xEE, 0, stream, stream % 401 == 0 ? new byte[64 * 1024] : [1, 2, 3]);
                return 1;
        }
    }

    private static void Frame(MemoryStream to, byte type, byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(head[5..], stream);
        to.Write(head);
        to.Write(payload);
    }

    // RFC 7541: two indexed fields, and the others literally, with no compression of their text.
    private static byte[] Request(string path)
    {
        List<byte> block = [0x83, 0x87];
        Literal(0x04, path);
        Literal(0x01, "crux");
        Named("content-type", "application/grpc");
        Named("te", "trailers");
        return [.. block];

        void Literal(byte name, string value) => block.AddRange([name, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);

        void Named(string name, string value) => block.AddRange([0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
    }

    private static async Task DrainAsync(Stream connection, CancellationToken over)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await connection.ReadAsync(buffer, over) > 0)
            {
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Ended by one side or the other.
        }
    }
}
