namespace Crux.Machines.Flock.Codec;

/// <summary>What is signed always begins with what it is: no signature of one kind can pass for another.</summary>
internal static class Signed
{
    /// <summary>The context, then the statement, in <paramref name="buffer"/>.</summary>
    public static ReadOnlySpan<byte> Message(scoped ReadOnlySpan<byte> context, scoped ReadOnlySpan<byte> statement, Span<byte> buffer)
    {
        context.CopyTo(buffer);
        statement.CopyTo(buffer[context.Length..]);
        return buffer[..(context.Length + statement.Length)];
    }
}
