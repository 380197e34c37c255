using System.Net.Sockets;
using System.Security.Authentication;

namespace Crux.Client.Selection;

/// <summary>What a broken connection proves about the call that was on it.</summary>
internal static class Faults
{
    // HTTP/2 error codes, RFC 9113 section 7.
    private const long RefusedStream = 0x7;
    private const long Cancel = 0x8;
    private const long InadequateSecurity = 0xC;

    /// <summary>Of a connection that was cut because the flock has said that the instance's node is not part of it any more.</summary>
    public const string NodeGone = "its node is gone, says the flock, so the connection was cut";

    /// <summary>An operator revoked the key that it showed.</summary>
    public const string KeyTakenBack = "an operator took its key back, so the connection was cut";

    private const string ConnectionLost = "the connection was lost";

    private const string IdentityRefused =
        "it hung up when it had seen this process's key, before it answered: it doesn't accept this process's identity, or was just stopping";

    /// <summary>Whether the instance provably never saw the call: no connection, no TLS, or the stream was refused.</summary>
    public static bool IsNotProcessed(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError } => true,
        // The handler's own limit on connecting.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => Find<HttpProtocolException>(exception)?.ErrorCode == RefusedStream,
    };

    /// <summary>
    /// Whether the very same request may be sent to another instance. A refused stream may have taken some of a stream of requests with
    /// it, and that can't be read twice.
    /// </summary>
    public static bool MayResend(Exception exception, bool isRequestStream) =>
        IsNotProcessed(exception) && !(isRequestStream && Find<HttpProtocolException>(exception) is not null);

    /// <summary>Whether the connection broke while the instance had the call; a stream that the server cancelled is its answer instead.</summary>
    public static bool IsLoss(Exception exception) =>
        exception is HttpRequestException or IOException or ObjectDisposedException
        && Find<HttpProtocolException>(exception)?.ErrorCode is not (Cancel or RefusedStream or InadequateSecurity);

    /// <summary>Whether the instance ended the call because its caller may not make it any more.</summary>
    public static bool IsRevoked(Exception? exception) => Find<HttpProtocolException>(exception)?.ErrorCode == InadequateSecurity;

    /// <summary>The failure in words: what became of the connection, and no guess at why.</summary>
    public static string Describe(Exception exception, TimeSpan connectTimeout)
    {
        if (exception is OperationCanceledException)
            return $"no answer within {connectTimeout.TotalSeconds:0.##} s of connecting";
        if (Find<SocketException>(exception) is { } socket)
            return Describe(socket);
        if (Find<AuthenticationException>(exception) is { } tls)
            return tls.Message.Contains("RemoteCertificateValidationCallback", StringComparison.Ordinal)
                ? "it showed another key than the registry says, so it is not the instance that was meant"
                : $"no secure connection: {Reason(tls) ?? "the connection was closed during the handshake"}";
        return Reason(exception) is { } reason ? $"{ConnectionLost} ({reason})" : ConnectionLost;
    }

    /// <summary>
    /// The same of the first request on a new connection. In TLS 1.3 a client has done its part before the server has judged its
    /// certificate: one that refuses it hangs up then, before its first frame, and most say nothing.
    /// </summary>
    /// <param name="exception">The failure.</param>
    /// <param name="connectTimeout">The limit on connecting.</param>
    /// <param name="isKeyShown">Whether the handshake was complete on this side, so that the instance has seen this process's key.</param>
    public static string DescribeFirst(Exception exception, TimeSpan connectTimeout, bool isKeyShown) =>
        isKeyShown && exception is not OperationCanceledException && Find<HttpProtocolException>(exception) is null ? IdentityRefused : Describe(exception, connectTimeout);

    private static string Describe(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "it refused the connection: nobody listens there",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.OperationAborted => $"{ConnectionLost} ({socket.Message})",
        _ => socket.Message,
    };

    // Null where this side has closed the socket too: that would say nothing but names of the runtime's.
    private static string? Reason(Exception exception) => Innermost(exception) switch
    {
        ObjectDisposedException => null,
        HttpIOException { HttpRequestError: var kind } cause => cause.Message.Replace($" ({kind})", "", StringComparison.Ordinal).TrimEnd('.'),
        var cause => cause.Message.TrimEnd('.'),
    };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
                return found;
        }
        return null;
    }
}
