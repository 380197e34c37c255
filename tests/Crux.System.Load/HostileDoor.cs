using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crux.System.Load;

/// <summary>One port, and every wrong way to knock at it. Each says whether it was let in.</summary>
internal sealed class HostileDoor(IPEndPoint target)
{
    /// <summary>No server may keep a stranger longer than this.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>How HTTP/2 begins, with settings that say nothing.</summary>
    public static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private byte[]? _hello;

    /// <summary>A whole handshake with a certificate, or with none; true where HTTP/2 was answered.</summary>
    public async Task<bool> ShowAsync(X509Certificate2? certificate, CancellationToken stopping)
    {
        using var limit = Limit(stopping);
        try
        {
            using var socket = await ConnectAsync(limit.Token);
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsClientAsync(Options(certificate), limit.Token);
            await tls.WriteAsync(Preface, limit.Token);
            return await tls.ReadAsync(new byte[64], limit.Token) > 0;
        }
        catch (Exception refused) when (refused is IOException or SocketException or AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>A first message that costs nothing to send, and an end as soon as the server has done its part; never let in.</summary>
    public async Task<bool> BeginAsync(CancellationToken stopping)
    {
        _hello ??= await CaptureHelloAsync();
        await SendAsync(_hello, stopping);
        return false;
    }

    /// <summary>What is no TLS at all, 64 KiB of it.</summary>
    public async Task<bool> FloodAsync(CancellationToken stopping)
    {
        await SendAsync(RandomNumberGenerator.GetBytes(64 * 1024), stopping);
        return false;
    }

    /// <summary>A handshake a byte at a time, four a second, until the server has had enough; true where it never had.</summary>
    public async Task<bool> DripAsync(CancellationToken stopping)
    {
        _hello ??= await CaptureHelloAsync();
        using var limit = Limit(stopping);
        try
        {
            using var socket = await ConnectAsync(limit.Token);
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
            var closed = socket.ReceiveAsync(new byte[64], limit.Token).AsTask();
            foreach (var piece in _hello)
            {
                await socket.SendAsync(new[] { piece }, limit.Token);
                if (await Task.WhenAny(closed, pause.WaitForNextTickAsync(limit.Token).AsTask()) == closed)
                    return false;
            }
            return true;
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>A connection that was let in, for what comes after; null where it was not.</summary>
    public async Task<SslStream?> OpenAsync(X509Certificate2 certificate, CancellationToken stopping)
    {
        using var limit = Limit(stopping);
        var socket = await ConnectAsync(limit.Token);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(Options(certificate), limit.Token);
            await tls.WriteAsync(Preface, limit.Token);
            if (await tls.ReadAsync(new byte[4096], limit.Token) > 0)
                return tls;
        }
        catch (Exception refused) when (refused is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // Said by the null.
        }
        await tls.DisposeAsync();
        return null;
    }

    private static SslClientAuthenticationOptions Options(X509Certificate2? certificate)
    {
        var options = PinnedCertificate.ClientOptions(certificate ?? HostileKeys.Bare(), _ => true);
        if (certificate is null)
            options.ClientCertificateContext = null;
        options.AllowTlsResume = false;
        return options;
    }

    private async Task SendAsync(byte[] bytes, CancellationToken stopping)
    {
        using var limit = Limit(stopping);
        try
        {
            using var socket = await ConnectAsync(limit.Token);
            // Gone without a word: an orderly end would cost more.
            socket.LingerState = new LingerOption(enable: true, 0);
            await socket.SendAsync(bytes, limit.Token);
            await socket.ReceiveAsync(new byte[4096], limit.Token);
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            // As it should be.
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static CancellationTokenSource Limit(CancellationToken stopping)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(Longest);
        return limit;
    }

    private static async Task<byte[]> CaptureHelloAsync()
    {
        using var heard = new FirstWrite();
        await using var tls = new SslStream(heard);
        try
        {
            await tls.AuthenticateAsClientAsync(Options(null));
        }
        catch (IOException)
        {
            // It has said what was wanted.
        }
        return heard.Bytes;
    }

    private sealed class FirstWrite : MemoryStream
    {
        public byte[] Bytes { get; private set; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Bytes = buffer.ToArray();
            throw new IOException("heard");
        }
    }
}
