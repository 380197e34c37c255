using System.Security.Cryptography;
using System.Text;

namespace Crux.Node.Security;

/// <summary>The node's own key, in its state directory: made at the first start, kept for ever. Who a node is, is its key.</summary>
/// <remarks>A damaged key is never replaced by a new one: the node would come back as a stranger, and nobody would know why.</remarks>
internal static class NodeKeyStore
{
    /// <summary>The key's file in the state directory; mode 0600.</summary>
    public const string FileName = "node.key";

    /// <summary>Reads the node's key, or makes it where there is none yet.</summary>
    /// <exception cref="NodeStartException">The directory or the key can't be used; the message says what to do.</exception>
    public static ECDsa LoadOrCreate(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        try
        {
            Directory.CreateDirectory(stateDirectory, DirectoryMode);
            return File.Exists(path) ? Load(path) : Create(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(
                $"The state directory {stateDirectory} can't be used: {problem.Message} Make it writable for the user that runs fulcrum, or name another with --state.", problem);
        }
    }

    /// <summary>The node whose key is kept in a state directory; null where none is yet.</summary>
    /// <exception cref="NodeStartException">The key is damaged or exposed.</exception>
    public static NodeId? Find(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        if (!File.Exists(path))
            return null;
        using var key = Load(path);
        return NodeId.FromPublicKey(key.ExportSubjectPublicKeyInfo());
    }

    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static ECDsa Load(string path)
    {
        if (EcKeyFile.Read(path) is not { } key)
        {
            throw new NodeStartException(
                $"The node's key {path} is damaged. Restore it from a backup; or, to come back as a new node, move the file away and start again: "
                + "the old node then leaves the flock's view by itself.");
        }
        if ((File.GetUnixFileMode(path) & ~DurableFile.OwnerOnly) != 0)
        {
            key.Dispose();
            throw new NodeStartException(
                $"The node's key {path} can be read or changed by others than its owner. Run 'chmod 600 {path}'; if somebody may have read it, "
                + "move the file away, and the node starts as a new one.");
        }
        return key;
    }

    private static ECDsa Create(string path)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            DurableFile.Create(path, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        }
        catch
        {
            key.Dispose();
            throw;
        }
        return key;
    }
}
