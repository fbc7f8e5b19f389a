//! Signing: RS384 with an RSA key, ES384 with a key on the curve P-384, as SMART App Launch 2 asks of backend services.

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA384, RsaKeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use std::sync::Arc;

/// How an assertion is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

impl Algorithm {
    /// The name in a JSON web token's head.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Rs384 => "RS384",
            Algorithm::Es384 => "ES384",
        }
    }
}

/// Why a key cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No private key in PEM.
    #[error("there is no private key in PEM")]
    NotPem,
    /// A key in the older form of elliptic curves.
    #[error("the key is in the form `EC PRIVATE KEY`")]
    Sec1,
    /// Some other key.
    #[error("the key is neither an RSA key of 2048 bits or more nor one of the curve P-384")]
    Other,
    /// Signing failed.
    #[error("signing failed")]
    Sign,
}

impl KeyError {
    pub(super) fn help(self) -> &'static str {
        match self {
            KeyError::NotPem => {
                "give a file with a block `PRIVATE KEY` (PKCS #8) that no password protects"
            }
            KeyError::Sec1 => {
                "write it as PKCS #8: openssl pkcs8 -topk8 -nocrypt -in old.pem -out key.pem"
            }
            KeyError::Other => {
                "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem"
            }
            KeyError::Sign => "try again",
        }
    }
}

enum Kind {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

/// A private key. Neither `Debug` nor anything else shows it.
#[derive(Clone)]
pub struct SigningKey(Arc<Kind>);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.algorithm().name())
    }
}

impl SigningKey {
    /// Reads a key file: PEM with PKCS #8, or with PKCS #1 for RSA.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let key = match PrivateKeyDer::from_pem_slice(pem).map_err(|_| KeyError::NotPem)? {
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match RsaKeyPair::from_pkcs8(der) {
                    Ok(key) => Kind::Rsa(key),
                    Err(_) => Kind::Ec(
                        EcdsaKeyPair::from_pkcs8(
                            &ECDSA_P384_SHA384_FIXED_SIGNING,
                            der,
                            &SystemRandom::new(),
                        )
                        .map_err(|_| KeyError::Other)?,
                    ),
                }
            }
            PrivateKeyDer::Pkcs1(der) => Kind::Rsa(
                RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(|_| KeyError::Other)?,
            ),
            PrivateKeyDer::Sec1(_) => return Err(KeyError::Sec1),
            _ => return Err(KeyError::Other),
        };
        Ok(Self(Arc::new(key)))
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match *self.0 {
            Kind::Rsa(_) => Algorithm::Rs384,
            Kind::Ec(_) => Algorithm::Es384,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &*self.0 {
            Kind::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA384, &random, message, &mut signature)
                    .map_err(|_| KeyError::Sign)?;
                Ok(signature)
            }
            Kind::Ec(key) => key
                .sign(&random, message)
                .map(|s| s.as_ref().to_vec())
                .map_err(|_| KeyError::Sign),
        }
    }
}
